// What the desk does beyond plain forms: parts of a page replaced in place, progress, drafts, drag and drop, keys.
// Without this file every screen works the same by links and forms.

const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const room = () => document.body.dataset.room || "";

// ---- parts of a page ------------------------------------------------------------------------------------------------

let asking = null;
let turn = 0; // grows with every page asked for: what was asked for before it comes too late

async function load(url, { part = "", method = "GET", body = null, push = true } = {}) {
  asking?.abort();
  turn += 1;
  const mine = (asking = new AbortController());
  document.documentElement.setAttribute("aria-busy", "true");
  try {
    const headers = part ? { "X-Part": part } : {};
    const answer = await fetch(url, { method, body, headers, signal: mine.signal, credentials: "same-origin" });
    const kind = answer.headers.get("content-type") || "";
    if (!kind.startsWith("text/html")) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!$("#main", page)) { location.assign(answer.url || url); return true; }
    const where = answer.url || url, same = new URL(where).pathname === location.pathname;
    if (push && where !== location.href) history.pushState({}, "", where);
    show(page, part, same);
    return true;
  } catch (error) {
    if (error.name === "AbortError") return true;
    return false;
  } finally {
    if (asking === mine) document.documentElement.removeAttribute("aria-busy");
  }
}

// Where the focus is, to be found again in the page that comes: by id, a filter by its name, what stands in a table by its place.
function place() {
  const one = document.activeElement, { id, name } = one || {};
  if (!one || one === document.body) return () => null;
  if (id) return () => document.getElementById(id);
  if (name && one.closest(".filters")) return () => $(`.filters [name="${CSS.escape(name)}"]`);
  const acts = () => all("main table :is(a[href], button, summary, select, input:not([type=hidden]))").filter((each) => each.checkVisibility());
  const at = acts().indexOf(one);
  return () => (at < 0 ? null : acts()[Math.min(at, acts().length - 1)]);
}

function show(page, part, same) {
  const focused = document.activeElement?.id, before = place();
  document.title = page.title;
  for (const name of ["room", "working", "keys"]) {
    if (page.body.dataset[name] === undefined) delete document.body.dataset[name];
    else document.body.dataset[name] = page.body.dataset[name];
  }
  swap("#sums", page);
  swap(".top", page);
  const whole = !part || !$(`#${part}`) || !$(`#${part}`, page);
  if (whole) {
    swap("#main", page);
    window.scrollTo(0, 0);
  } else {
    swap(`#${part}`, page);
    swap("#told", page);
    all("[role=alert]", $("#main")).forEach((one) => one.remove());
    const wrong = $("#main [role=alert]", page);
    if (wrong) $("#told").after(wrong);
    mark();
  }
  ready();
  const again = (focused && document.getElementById(focused)) || (whole && same && before());
  (again || (whole ? $("#main") : $(`#${part}`)))?.focus({ preventScroll: true });
}

function swap(selector, page) {
  const old = $(selector), fresh = $(selector, page);
  if (old && fresh) old.replaceWith(document.adoptNode(fresh));
}

function mark() { // the line that is open, in a ledger that stays
  const open = $("#line")?.dataset.line;
  for (const row of all(".ledger tr[data-line]")) {
    const on = row.dataset.line === open;
    row.classList.toggle("on", on);
    const link = $("th a", row);
    if (on) { link?.setAttribute("aria-current", "true"); within($(".ledger"), row); }
    else link?.removeAttribute("aria-current");
  }
}

function within(box, row) { // scroll the ledger alone, never the page
  const head = $("thead", box).offsetHeight, top = row.offsetTop - head, bottom = row.offsetTop + row.offsetHeight - box.clientHeight;
  if (box.scrollTop > top) box.scrollTop = top;
  else if (box.scrollTop < bottom) box.scrollTop = bottom;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || link.hasAttribute("download") || link.target || !room()) return;
  if (!url.pathname.startsWith("/b/") || (url.hash && url.pathname === location.pathname)) return;
  event.preventDefault();
  load(url.href, { part: link.dataset.part || "" }).then((good) => good || location.assign(url.href));
});

document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (form.method !== "post" || form.hasAttribute("data-plain")) {
    if (form.method === "get" && room() && new URL(form.action).pathname.startsWith("/b/")) {
      event.preventDefault();
      const url = new URL(form.action);
      url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
      load(url.href);
    }
    return;
  }
  if (form.matches(":has([type=file])") || !room()) return; // the browser shows how an upload goes on
  event.preventDefault();
  stopDraft(form);
  button?.setAttribute("aria-busy", "true");
  load(form.action, { method: "POST", body: new FormData(form, button), part: form.dataset.part || "" }).then((good) => {
    button?.removeAttribute("aria-busy");
    if (!good) form.submit();
  });
});

window.addEventListener("popstate", () => load(location.href, { push: false }));

// ---- progress -------------------------------------------------------------------------------------------------------

let watching = 0;

async function watch() {
  watching = 0;
  if (document.body.dataset.working !== "yes" || !room()) return;
  try {
    const told = await (await fetch(`${room()}work`, { credentials: "same-origin" })).json();
    if (told.working) {
      const shown = $("#sums .work");
      if (shown && told.step) shown.lastChild.textContent = "";
      if (shown && told.step) shown.replaceChildren(Object.assign(document.createElement("span"), { className: "spin" }), `${told.step} (${told.seconds}초)`);
      later();
    } else if (typing()) {
      await refresh("sums");
    } else {
      await refresh("");
    }
  } catch {
    later();
  }
}

function later() { if (!watching) watching = setTimeout(watch, 400); }

const typing = () => Boolean(document.activeElement?.matches("main form :is(input, select, textarea)")) || all("form[data-draft] textarea, form[data-draft] input:not([type=hidden]):not([type=checkbox]):not([type=radio])").some((one) => one.value !== one.defaultValue);

async function refresh(only) {
  const mine = turn;
  const answer = await fetch(location.href, { credentials: "same-origin", headers: only ? { "X-Part": only } : {} });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!$("#main", page) || mine !== turn) return;
  const at = window.scrollY, ledger = $(".ledger")?.scrollTop;
  delete document.body.dataset.working;
  if (page.body.dataset.working) document.body.dataset.working = page.body.dataset.working;
  swap("#sums", page);
  if (!only) {
    const before = place(), said = $("#told"), wrong = $("#main > [role=alert]");
    swap("#main", page);
    if (said && !$("#told")?.children.length) $("#told")?.replaceWith(said); // what was said of the act stays to be read
    if (wrong && !$("#main > [role=alert]")) $("#told")?.after(wrong);
    before()?.focus({ preventScroll: true });
    window.scrollTo(0, at);
    if (ledger !== undefined && $(".ledger")) $(".ledger").scrollTop = ledger;
  }
  ready();
}

// ---- drafts ---------------------------------------------------------------------------------------------------------

const timers = new WeakMap();

function stopDraft(form) { clearTimeout(timers.get(form)); timers.delete(form); }

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.draft || !room() || timers.has(form)) return;
  timers.set(form, setTimeout(() => {
    timers.delete(form);
    const body = new FormData(form);
    fetch(`${room()}draft`, { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => {});
  }, 2000));
});

// ---- drag and drop --------------------------------------------------------------------------------------------------

function told(form) {
  const names = all("[type=file]", form).flatMap((one) => [...one.files].map((file) => file.name));
  const shown = $("[data-chosen]", form);
  if (!shown) return;
  shown.hidden = !names.length;
  shown.textContent = names.length ? `${names.length}개: ${names.slice(0, 5).join(", ")}${names.length > 5 ? " …" : ""}` : "";
}

document.addEventListener("change", (event) => {
  if (event.target.type === "file") told(event.target.form);
  else if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
});

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    const form = event.target.closest?.(".drop") || $(".drop");
    if (!form || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) all(".over").forEach((one) => one.classList.remove("over")); });
document.addEventListener("drop", async (event) => {
  const form = event.target.closest?.(".drop") || $(".drop");
  if (!form || !event.dataTransfer.files.length) return;
  event.preventDefault();
  form.classList.remove("over");
  const entries = [...event.dataTransfer.items].map((one) => one.webkitGetAsEntry?.()).filter(Boolean);
  const found = new DataTransfer();
  if (entries.some((one) => one.isDirectory)) {
    for (const entry of entries) await walk(entry, "", found);
  } else {
    for (const file of event.dataTransfer.files) found.items.add(file);
  }
  $("[name=files]", form).files = found.files;
  told(form);
});

async function walk(entry, above, found) { // a folder's files under their paths: the names of folders say the line
  if (entry.isFile) {
    const file = await new Promise((good, bad) => entry.file(good, bad));
    found.items.add(new File([file], above + file.name, { type: file.type, lastModified: file.lastModified }));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const part = await new Promise((good, bad) => reader.readEntries(good, bad));
    if (!part.length) return;
    for (const one of part) await walk(one, `${above}${entry.name}/`, found);
  }
}

// ---- keys -----------------------------------------------------------------------------------------------------------
// By event.code: with the Hangul input method on, the key A says ㅁ.

const KEYS = {
  KeyJ: () => step("next"), ArrowDown: () => step("next"),
  KeyK: () => step("previous"), ArrowUp: () => step("previous"),
  KeyA: () => decide("인정"), KeyD: () => decide("불인정"), KeyP: () => decide("일부인정"),
  KeyF: () => open("own"), KeyR: () => open("reply"),
  KeyV: () => press("viewed"), KeyU: () => press("undo"),
  Slash: (event) => (event.shiftKey ? help() : field("search")),
};

const field = (name) => { const one = $(`[data-key=${name}]`); one?.focus(); one?.select?.(); return Boolean(one); };
const press = (name) => { const one = $(`[data-key=${name}]`); one?.click(); return Boolean(one); };
const step = (name) => press(name);
const help = () => { const one = $("#help"); if (!one) return false; one.open ? one.close() : one.showModal(); return true; };

function decide(verdict) {
  const form = $("#decide");
  if (!form) return false;
  const choice = all("[name=verdict]", form).find((one) => one.value === verdict);
  if (choice) choice.checked = true;
  const next = verdict === "일부인정" ? $("[name=won]", form) : $("[name=reason]", form);
  form.closest("details")?.setAttribute("open", "");
  next?.focus();
  return true;
}

function open(name) {
  const part = $(`[data-key=${name}]`);
  if (!part) return false;
  part.setAttribute("open", "");
  $("textarea, input:not([type=hidden]), select", part)?.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const inField = event.target.matches?.("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]");
  if (inField) {
    if (event.code === "Escape") { event.target.blur(); $("#line")?.focus(); }
    if ((event.ctrlKey || event.metaKey) && event.code === "Enter") { event.preventDefault(); event.target.form?.requestSubmit(); }
    return;
  }
  if (document.body.dataset.keys !== "on" || event.ctrlKey || event.metaKey || event.altKey || !$(".desk")) return;
  if ($("#help")?.open && event.code !== "Escape" && event.code !== "Slash") return;
  const scrolls = event.target.closest?.(".scroll, summary, [type=radio]");
  if (scrolls && event.code.startsWith("Arrow")) return;
  const act = KEYS[event.code];
  if (act && act(event)) event.preventDefault();
});

// ---- every page -----------------------------------------------------------------------------------------------------

function ready() {
  if (document.body.dataset.working === "yes") later();
  all(".drop").forEach(told);
  $("#main")?.classList.toggle("wide", Boolean($(".desk")));
  $("[data-open=help]")?.addEventListener("click", (event) => { event.preventDefault(); help(); });
  if ($(".desk")) mark();
}

ready();
