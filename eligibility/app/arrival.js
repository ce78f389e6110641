// A step that was turned to begins at its top, or at the field it was turned to for, and the
// keyboard goes on from there.
{
  const asked = document.currentScript.previousElementSibling.dataset
  const { step, title, sought } = asked
  const until = performance.now() + 3000
  const arrive = () => {
    const page = document.querySelector(".stMain")
    const heading = page && page.querySelector("h1")
    if (!heading || heading.textContent.trim() !== title) {
      if (performance.now() < until) requestAnimationFrame(arrive)
      return
    }
    // told at the question: the label of the input that is sought
    const ask = sought && page.querySelector(`[data-fields~="${sought}"]`)
    if (ask) {
      const row = ask.closest("[data-testid=stHorizontalBlock]")
      const label = ask.dataset.labels.split("|")[ask.dataset.fields.split(" ").indexOf(sought)]
      const inputs = [...row.querySelectorAll("input:enabled, button:enabled")]
      const input = inputs.find((each) => each.ariaLabel === label) ?? inputs[0]
      if (input) {
        ask.scrollIntoView({ block: "center" })
        input.focus({ preventScroll: true })
        return
      }
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
