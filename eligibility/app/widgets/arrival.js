// A step that was turned to begins at its top, or at the field it was turned to for, and the
// keyboard goes on from there.
{
  const asked = document.currentScript.previousElementSibling.dataset
  const { step, title, sought } = asked
  // a field is drawn last of its step, on a slow machine some seconds later
  const until = performance.now() + (sought ? 15000 : 3000)
  // a table above that is drawn later moves the field: keep it in sight until the person moves
  const hold = (ask, input) => {
    let held = true
    const kept = performance.now() + 3000
    for (const moved of ["wheel", "touchstart", "keydown", "pointerdown"])
      addEventListener(moved, () => (held = false), { once: true, passive: true })
    const look = () => {
      if (!held || document.activeElement !== input || performance.now() > kept) return
      ask.scrollIntoView({ block: "center" })
      requestAnimationFrame(look)
    }
    look()
  }
  const arrive = () => {
    const page = document.querySelector(".stMain")
    const heading = page && page.querySelector("h1")
    if (!heading || heading.textContent.trim() !== title) {
      if (performance.now() < until) requestAnimationFrame(arrive)
      return
    }
    // told at the question: the label of the input that is sought
    const ask = sought && page.querySelector(`[data-fields~="${sought}"]`)
    const row = ask && ask.closest("[data-testid=stHorizontalBlock]")
    const drawn = row ? [...row.querySelectorAll("input, button")] : []
    if (sought && !drawn.length && performance.now() < until) {
      // the heading is drawn before the inputs
      requestAnimationFrame(arrive)
      return
    }
    const label = ask && ask.dataset.labels.split("|")[ask.dataset.fields.split(" ").indexOf(sought)]
    const inputs = drawn.filter((each) => !each.disabled)
    const input = inputs.find((each) => each.ariaLabel === label) ?? inputs[0]
    if (input) {
      input.focus({ preventScroll: true })
      hold(ask, input)
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
