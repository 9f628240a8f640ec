// The list of rows: keys while a row has the focus, a row opened within the list, rows chosen. It works without them.
"use strict";

const rows = () => document.getElementById("rows");
const links = () => [...rows().querySelectorAll("th[scope=row] > a")];
const rowOf = (node) => node.closest("tr[id]");

// -- a row opened within the list --------------------------------------------------------------------------------------

// A signed-in person's newest token: after signing in again elsewhere, the one in an open form is no longer good.
const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1];
const part = { headers: { "X-Part": "1" } };

function panelOf(row) {
  const next = row.nextElementSibling;
  return next && next.matches("tr.opened") ? next : null;
}

const isOpen = (row) => Boolean(panelOf(row)) && !panelOf(row).hidden;

function tell(panel, sentence) {
  let told = panel.querySelector(".told");
  if (!told) {
    told = document.createElement("p");
    told.className = "told note note-warn";
    told.setAttribute("role", "alert");
    panel.querySelector(".quick").prepend(told);
  }
  told.textContent = sentence;
}

async function openRow(row, focus) {
  let panel = panelOf(row);
  if (!panel) {
    const answer = await fetch(`${row.querySelector("th[scope=row] > a").getAttribute("href")}quick/`, part);
    if (answer.redirected || !answer.ok) return location.reload(); // signed out: sign in, and come back here
    panel = document.createElement("tr");
    panel.className = "opened";
    const cell = panel.appendChild(document.createElement("td"));
    cell.colSpan = row.cells.length;
    cell.innerHTML = await answer.text();
    row.after(panel);
  }
  panel.hidden = false;
  marked(row, true);
  const target = focus && panel.querySelector(focus);
  (target || panel.querySelector("select") || panel.querySelector("a")).focus();
}

// A row that is closed keeps what was typed in it; opened again, it shows that.
function closeRow(row) {
  const panel = panelOf(row);
  const typed = panel && [...panel.querySelectorAll("textarea, input[type=date], select")].some((field) =>
    field.options ? [...field.options].some((one) => one.selected !== one.defaultSelected) : field.value !== field.defaultValue);
  if (typed) panel.hidden = true;
  else if (panel) panel.remove();
  marked(row, false);
  row.querySelector("th[scope=row] > a").focus();
}

function marked(row, open) {
  const opener = row.querySelector("button.opener");
  if (opener) opener.setAttribute("aria-expanded", String(open));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const panel = form.closest("tr.opened");
  if (!panel || !form.action.endsWith("/quick/")) return;
  event.preventDefault();
  const row = panel.previousElementSibling;
  const data = new FormData(form);
  if (token()) data.set("csrfmiddlewaretoken", token());
  const words = rows().dataset;
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), ...part });
  } catch {
    return tell(panel, words.noConnection);
  }
  if (answer.redirected || answer.status === 403) return tell(panel, words.signedOut);
  const text = await answer.text();
  if (answer.status === 400 && text.includes('class="quick"')) {
    panel.cells[0].innerHTML = text;
    const summary = panel.querySelector(".error-summary");
    if (summary) summary.focus();
  } else if (answer.ok) {
    const made = document.createElement("template");
    made.innerHTML = `<table><tbody>${text}</tbody></table>`;
    const saved = made.content.querySelector("tr");
    const chosen = row.querySelector("input[name=row]:checked");
    panel.remove();
    row.replaceWith(saved);
    if (chosen) saved.querySelector("input[name=row]").checked = true;
    dress(saved);
    saved.querySelector("th[scope=row] > a").focus();
    document.getElementById("saved").textContent = words.saved.replace("{row}", saved.id);
  } else tell(panel, words.notSaved);
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("button.opener");
  if (opener) {
    const row = rowOf(opener);
    if (isOpen(row)) closeRow(row);
    else openRow(row);
  }
  const closer = event.target.closest("tr.opened button.close");
  if (closer) closeRow(closer.closest("tr").previousElementSibling);
});

// -- keys ---------------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  const here = document.activeElement;
  const within = here && here.closest && here.closest("#rows");
  const opened = within && here.closest("tr.opened");
  if (event.key === "Escape" && opened && !event.isComposing) return closeRow(opened.previousElementSibling);
  if (!within || !keys.usable(event)) return;
  const panel = opened;
  const row = panel ? panel.previousElementSibling : here.closest("tr[id], li[id]");
  if (!row) return;
  if (panel && !here.matches("a")) return; // a button or a summary keeps its own keys
  const all = links();
  const link = row.querySelector("a");
  const place = all.indexOf(link);
  const go = (to) => all[to] && all[to].focus();
  const acts = {
    j: () => go(place + 1),
    ArrowDown: () => go(place + 1),
    k: () => go(place - 1),
    ArrowUp: () => go(place - 1),
    o: () => link.click(),
    e: () => (isOpen(row) ? closeRow(row) : openRow(row)),
    a: () => location.assign(`${link.getAttribute("href")}#evidence`),
    s: () => openRow(row, "form.inline button:not(:disabled)"),
    x: () => row.querySelector("input[name=row]") && row.querySelector("input[name=row]").click(),
    "/": () => document.getElementById("id_q").focus(),
    "?": () => keys.list(),
  };
  if (!Object.hasOwn(acts, event.key) || (place < 0 && !["j", "k", "?", "/"].includes(event.key))) return;
  event.preventDefault();
  acts[event.key]();
});

// -- rows chosen, and what the script adds to each row ------------------------------------------------------------------

function count() {
  const told = document.getElementById("chosen");
  if (!told) return;
  const boxes = [...rows().querySelectorAll("input[name=row]")];
  const chosen = boxes.filter((box) => box.checked).length;
  told.hidden = false;
  told.textContent = `(${chosen ? told.dataset.some.replace("{count}", chosen) : told.dataset.none})`;
  const every = document.getElementById("choose-all");
  every.checked = chosen > 0 && chosen === boxes.length;
  every.indeterminate = chosen > 0 && chosen < boxes.length;
  document.getElementById("bulk").classList.toggle("some", chosen > 0);
}

document.addEventListener("change", (event) => {
  if (event.target.id === "choose-all") {
    for (const box of rows().querySelectorAll("input[name=row]")) box.checked = event.target.checked;
  } else if (event.target.name !== "row") return;
  count();
});

function dress(row) {
  const opener = document.createElement("button");
  opener.type = "button";
  opener.className = "opener";
  opener.setAttribute("aria-expanded", "false");
  opener.setAttribute("aria-label", rows().dataset.opener.replace("{row}", row.id));
  row.querySelector("th[scope=row]").prepend(opener);
}

function dressAll() {
  for (const row of rows().querySelectorAll("tr[id]")) dress(row);
  count();
}

document.addEventListener("DOMContentLoaded", dressAll);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "rows" || event.detail.target.id === "rows") dressAll();
});
