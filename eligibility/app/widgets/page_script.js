// A step that was turned to begins at its top, or at the field it was turned to for, and the
// keyboard goes on from there.
{
  const asked = document.currentScript.previousElementSibling.dataset
  if (asked.lang) document.documentElement.lang = asked.lang
  // a page that the bar led to: its address names the language chosen, so that it outlives a reload
  const name_language = () => {
    const spoken = document.querySelector("[data-chosen]")
    const address = new URL(location.href)
    if (!spoken || !spoken.dataset.chosen || address.searchParams.has("lang")) return
    address.searchParams.set("lang", spoken.dataset.chosen)
    history.replaceState(history.state, "", address)
  }
  // a file that is not taken: Streamlit says why in English, to whoever points at it or listens
  const say_why = () => {
    const words = document.querySelector("[data-refusals]")
    for (const alert of words ? document.querySelectorAll(".stFileChip [role=alert]:not([data-said])") : []) {
      const [too_large, wrong_kind, not_taken] = words.dataset.refusals.split("|")
      const english = alert.textContent
      alert.dataset.said = "yes"
      alert.textContent = / must be /.test(english) ? too_large : / not allowed/.test(english) ? wrong_kind : not_taken
    }
  }
  // inputs get what Streamlit gives them no way to have: a keyboard, a group, what is said of them
  const describe = () => {
    for (const ask of document.querySelectorAll(".stMain .ask[data-fields]")) {
      const row = ask.closest("[data-testid=stHorizontalBlock]")
      if (!row) continue
      const names = ask.dataset.fields.split(" ")
      const labels = ask.dataset.labels.split("|")
      if (names.length > 1 && row.getAttribute("aria-label") !== ask.dataset.title) {
        row.setAttribute("role", "group")
        row.setAttribute("aria-label", ask.dataset.title)
      }
      for (const input of row.querySelectorAll("input")) {
        if (ask.dataset.mode) input.inputMode = ask.dataset.mode
        const said = document.getElementById("says-" + names[labels.indexOf(input.ariaLabel)])
        const about = [ask.id, said && said.id].filter(Boolean).join(" ")
        if (input.getAttribute("aria-describedby") !== about) input.setAttribute("aria-describedby", about)
        input.ariaInvalid = said && said.classList.contains("refused") ? "true" : "false"
      }
    }
  }
  // on a phone Streamlit's list of pages has its items under headings, which is no list to a screen reader
  const unlist = () => {
    const items = "[data-testid=stSidebarNavItems]"
    for (const part of document.querySelectorAll(`${items}:not([role]), ${items} li:not([role])`)) part.setAttribute("role", "none")
  }
  if (!document.body.dataset.watched) {
    document.body.dataset.watched = "yes"
    let waits = false
    new MutationObserver(() => {
      if (waits) return
      waits = true
      requestAnimationFrame(() => {
        waits = false
        describe()
        unlist()
        say_why()
        name_language()
      })
    }).observe(document.body, { childList: true, subtree: true })
    addEventListener("click", (click) => {
      if (click.target.closest("[data-print]")) print()
    })
    // Streamlit turns to a page in two steps: the query of the new page under the address of the old
    // one, then the new address. The first is no place that Back is to lead to.
    let half_way = false
    for (const acts of ["pointerdown", "keydown", "popstate"])
      addEventListener(acts, () => (half_way = false), { capture: true })
    const push = history.pushState
    history.pushState = (state, unused, url) => {
      const next = new URL(url, location.href)
      const stays = next.pathname === location.pathname
      const turns = half_way && !stays && next.search === location.search
      half_way = stays
      if (turns) history.replaceState(state, unused, url)
      else push.call(history, state, unused, url)
    }
  }
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
    // on a phone the steps are one line to be moved sideways
    const current = page.querySelector(".st-key-steps [kind=primary]")
    if (current) current.scrollIntoView({ block: "nearest", inline: "center" })
    // on a phone the heading is below the list of steps: focus brings it into sight
    heading.focus()
  }
  // drawn again is not turned to
  if (step && document.body.dataset.step !== step) {
    document.body.dataset.step = step
    arrive()
  }
}
