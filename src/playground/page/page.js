// Makes the page of the server livelier: forms without a reload, changes as they happen, completion.
// Everything works without it. Nothing here makes HTML from words; all HTML comes from the server.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const seen = new WeakMap(); // what the server last said of an element: people may have opened things since

const remember = (within) => {
  for (const region of all("[data-region]", within)) {
    seen.set(region, region.outerHTML);
    if ("keyed" in region.dataset) for (const child of region.children) seen.set(child, child.outerHTML);
  }
};

// A new page from the server: regions that changed are taken over, focus and scrolling stay.
function take(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const focused = document.activeElement?.id || document.activeElement?.closest?.("[id]")?.id;
  const list = $("#messages");
  const atEnd = !list || list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const before = list?.scrollHeight;
  // Another thread or none in the panel: its form is new as well.
  const thread = (page) => $(".thread [name=thread]", page)?.value;
  if (thread(fresh) !== thread(document)) {
    $("#panel").replaceChildren(...document.adoptNode($("#panel", fresh)).childNodes);
    remember($("#panel"));
    completing($("#panel"));
  }
  for (const region of all("[data-region]", fresh)) {
    const here = document.getElementById(region.id);
    if (!here) continue;
    if (seen.get(here) === region.outerHTML) continue;
    const said = region.outerHTML;
    if ("keyed" in here.dataset) keyed(here, region);
    else here.replaceChildren(...document.adoptNode(region).childNodes);
    seen.set(here, said);
  }
  document.title = fresh.title;
  document.body.className = fresh.body.className;
  folded();
  for (const [name, value] of Object.entries({ back: (form) => $("[name=back]", form)?.value })) {
    const there = value(fresh);
    if (there) all(`[name=${name}]`).forEach((input) => { input.value = there; });
  }
  if (focused && (document.activeElement === document.body || !document.activeElement)) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
  if (list && atEnd && list.scrollHeight !== before) end();
  open();
}

function keyed(here, fresh) {
  const wanted = [...fresh.children];
  const ids = new Set(wanted.map((child) => child.id));
  for (const child of [...here.children]) if (!ids.has(child.id)) child.remove();
  let place = here.firstElementChild;
  for (const child of wanted) {
    const said = child.outerHTML;
    const old = document.getElementById(child.id);
    if (old && old.parentElement === here) {
      if (seen.get(old) === said) {
        if (old !== place) here.insertBefore(old, place); else place = old.nextElementSibling;
        continue;
      }
      if (old === place) place = old.nextElementSibling;
      old.remove();
    }
    const made = document.adoptNode(child);
    here.insertBefore(made, place);
    seen.set(made, said);
  }
}

const end = () => {
  const list = $("#messages");
  if (!list || location.hash) return;
  list.scrollTop = list.scrollHeight;
};

// The form that is open is a modal dialog, so that the keyboard stays in it.
let opener = null;
function open() {
  const dialog = $("#form");
  if (!dialog) {
    if (opener?.isConnected) opener.focus();
    opener = null;
    return;
  }
  if (dialog.matches(":modal")) return;
  opener ??= document.activeElement;
  dialog.removeAttribute("open");
  dialog.showModal();
  restore(dialog, `form-${dialog.dataset.form}`);
  ($("[aria-invalid]", dialog) || $("textarea, input:not([type=hidden]), select", dialog))?.focus();
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    $(".cancel", dialog).requestSubmit();
  });
}

// What was typed outlives a reload.
const key = (form) => `${location.pathname}${form}`;
function restore(within, name) {
  const kept = JSON.parse(sessionStorage.getItem(key(name)) || "{}");
  for (const input of all("textarea, input[type=text], input[type=checkbox], select", within)) {
    const value = kept[input.name + (input.type === "checkbox" ? input.value : "")];
    if (value === undefined) continue;
    if (input.type === "checkbox") input.checked = value; else input.value = value;
  }
}
function keep(within, name) {
  const kept = {};
  for (const input of all("textarea, input[type=text], input[type=checkbox], select", within)) {
    const box = input.type === "checkbox";
    kept[input.name + (box ? input.value : "")] = box ? input.checked : input.value;
  }
  sessionStorage.setItem(key(name), JSON.stringify(kept));
}
const nameOf = (form) => {
  const dialog = form.closest("dialog");
  if (dialog) return `form-${dialog.dataset.form}`;
  return form.classList.contains("composer") ? `say-${$("[name=thread]", form)?.value || ""}` : null;
};
document.addEventListener("input", ({ target }) => {
  const name = target.form && nameOf(target.form);
  if (name) keep(target.form, name);
});

// The five steps stay folded for whoever folded them.
const folded = () => { if (sessionStorage.getItem("guide") === "folded") $("#guide")?.removeAttribute("open"); };
document.addEventListener("click", ({ target }) => {
  const summary = target.closest?.("#guide > summary");
  if (summary) sessionStorage.setItem("guide", summary.parentElement.open ? "folded" : "open");
});

const toast = (words) => { $("#toast").textContent = words; };

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const words = await answer.text();
    if (!answer.ok) return toast($("#why", new DOMParser().parseFromString(words, "text/html"))?.textContent || words);
    toast("");
    const name = nameOf(form);
    if (name) sessionStorage.removeItem(key(name));
    if (form.classList.contains("composer")) { form.reset(); close(); }
    form.closest("details")?.removeAttribute("open");
    if (answer.url !== location.href && new URL(answer.url).pathname !== location.pathname) {
      location.assign(answer.url);
      return;
    }
    const asked = new URL(answer.url).search;
    if (form.querySelector("[name=deed]")?.value === "why") history.pushState(null, "", answer.url);
    take(asked === location.search ? words : await page());
    if (form.classList.contains("composer")) { end(); $("textarea", form).focus(); }
  } catch {
    toast("The playground does not answer. Is it still running?");
  }
});

const page = async () => {
  const headers = document.visibilityState === "hidden" ? { "x-peek": "1" } : {};
  return (await fetch(location.href, { headers })).text();
};
let refreshing = false, again = false;
async function refresh() {
  if (refreshing) { again = true; return; }
  refreshing = true;
  try {
    do { again = false; take(await page()); } while (again);
    toast("");
  } catch { /* the stream tells */ } finally { refreshing = false; }
}
const changes = new EventSource("/changes");
changes.addEventListener("message", refresh);
changes.addEventListener("error", () => toast("The playground does not answer; waiting for it."));
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") refresh(); });
addEventListener("popstate", refresh);
addEventListener("pagehide", () => changes.close());
setInterval(refresh, 20000); // the clock moves

// Completion of commands and people: a listbox under the place to write.
let choices = [], chosen = -1, area = null;
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
function close() {
  if (!area) return;
  const list = listOf(area);
  if (list) { list.hidden = true; list.replaceChildren(); }
  area.setAttribute("aria-expanded", "false");
  area.removeAttribute("aria-activedescendant");
  choices = []; chosen = -1;
}
function offer(input) {
  close();
  area = input;
  const typed = input.value.slice(0, input.selectionStart);
  const word = typed.startsWith("/") && !typed.includes("\n") ? typed : (typed.match(/(^|\s)(@\w*)$/) || [])[2];
  if (!word) return;
  const lower = word.toLowerCase();
  const options = all("li", $("#completions").content).filter((li) => {
    const insert = li.dataset.insert.toLowerCase();
    return insert.startsWith(lower) && insert.trim() !== lower.trim();
  });
  if (lower[0] === "/" && !lower.includes(" ")) options.sort((a, b) => words(a) - words(b));
  choices = options.slice(0, 12).map((li) => document.importNode(li, true));
  if (!choices.length) return;
  const list = listOf(input);
  choices.forEach((li, n) => {
    li.id = `${list.id}-${n}`;
    li.setAttribute("aria-selected", "false");
    li.addEventListener("mousedown", (event) => { event.preventDefault(); choose(n, word); });
  });
  list.replaceChildren(...choices);
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.dataset.word = word;
}
const words = (li) => li.dataset.insert.trim().split(" ").length;
function mark(n) {
  chosen = (n + choices.length) % choices.length;
  choices.forEach((li, at) => li.setAttribute("aria-selected", String(at === chosen)));
  choices[chosen].scrollIntoView({ block: "nearest" });
  area.setAttribute("aria-activedescendant", choices[chosen].id);
}
function choose(n, word = area.dataset.word) {
  const at = area.selectionStart;
  area.setRangeText(choices[n].dataset.insert, at - word.length, at, "end");
  offer(area);
  keep(area.form, nameOf(area.form));
}
function completing(within) {
  for (const input of all(".composer textarea", within)) {
    restore(input.form, nameOf(input.form));
    input.addEventListener("input", () => offer(input));
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (choices.length && event.key === "ArrowDown") mark(chosen + 1);
      else if (choices.length && event.key === "ArrowUp") mark(chosen - 1);
      else if (choices.length && event.key === "Escape") close();
      else if (choices.length && (event.key === "Tab" || (event.key === "Enter" && chosen >= 0)) && !event.shiftKey) choose(Math.max(chosen, 0));
      else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) input.form.requestSubmit();
      else return;
      event.preventDefault();
    });
  }
}

remember(document);
completing(document);
folded();
for (const one of all(".left [aria-current]")) one.scrollIntoView({ block: "nearest", inline: "center" });
open();
end();
document.documentElement.dataset.ready = "yes";
