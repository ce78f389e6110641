// A step that was turned to begins at its top, and the keyboard goes on from its heading.
{
  const asked = document.currentScript.previousElementSibling.dataset
  const { step, title } = asked
  const until = performance.now() + 3000
  const arrive = () => {
    const page = document.querySelector(".stMain")
    const heading = page && page.querySelector("h1")
    if (!heading || heading.textContent.trim() !== title) {
      if (performance.now() < until) requestAnimationFrame(arrive)
      return
    }
    heading.tabIndex = -1
    page.scrollTo(0, 0)
    // on a phone the heading is below the list of steps: focus brings it into sight
    heading.focus()
  }
  // drawn again is not turned to
  if (document.body.dataset.step !== step) {
    document.body.dataset.step = step
    arrive()
  }
}
