// What is wrong with the page as it stands, as sentences. touch: are controls tried too (nothing may lie over them)?
(touch) => {
  const faults = new Set();
  const root = document.documentElement;
  const style = (one) => getComputedStyle(one);
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  const name = (one) => `${one.tagName.toLowerCase()}.${one.className} "${(one.innerText || one.value || one.name || "").trim().slice(0, 40)}"`;
  const scroller = (one) => {
    for (let up = one.parentElement; up; up = up.parentElement) if (["auto", "scroll"].includes(style(up).overflowX)) return up;
    return null;
  };

  if (root.scrollWidth > root.clientWidth) faults.add(`the page is ${root.scrollWidth - root.clientWidth} px too wide`);
  for (const one of document.querySelectorAll("body *")) {
    if (!shown(one) || one.closest(".hide, .skip, svg")) continue;
    const box = one.getBoundingClientRect();
    if ((box.right > innerWidth + 1 || box.left < -1) && !scroller(one)) faults.add(`beyond the window: ${name(one)}`);
    if (!one.matches("input, select") && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1) {
      const hides = ["hidden", "clip"].includes(style(one).overflowX);
      if (hides && style(one).textOverflow !== "ellipsis") faults.add(`cut off: ${name(one)}`);
      if (!hides && one.matches("button, .button, .tag, h1, h2, h3, dd, dt, legend, kbd")) faults.add(`wider than its box: ${name(one)}`);
    }
  }
  for (const one of document.querySelectorAll("section, article, table, .card")) {
    if (shown(one) && !one.innerText.trim() && !one.querySelector("img, input")) faults.add(`empty: ${name(one)}`);
  }
  for (const one of document.querySelectorAll("th, td, h1, h2, label, button, .what")) {
    const letter = parseFloat(style(one).fontSize), room = one.clientWidth - parseFloat(style(one).paddingLeft) - parseFloat(style(one).paddingRight);
    if (!shown(one) || one.closest(".hide") || !/[가-힣]{3}/.test(one.innerText) || one.clientWidth === 0) continue;
    if (room < 2 * letter && one.getBoundingClientRect().height > 4 * letter) faults.add(`one letter a line: ${name(one)}`);
  }
  if (!touch) return [...faults];

  const controls = [...document.querySelectorAll("main :is(a[href], button, input:not([type=hidden]), select, summary), .tabs a, .me summary")];
  const modal = document.querySelector("dialog[open]");
  for (const one of controls.filter((each) => shown(each) && !each.disabled && (!modal || modal.contains(each))).slice(0, 120)) {
    one.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = one.getClientRects()[0], at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!at || !(one.contains(at) || at.contains(one) || at.closest("label")?.contains(one))) faults.add(`${at ? name(at) : "nothing"} lies over ${name(one)}`);
  }
  window.scrollTo(0, 0);
  return [...faults];
}
