// Small conveniences; every page works without them.
"use strict";

// Copy buttons appear only where the browser can copy.
function offerCopies(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("button[data-copy][hidden]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    return;
  }
  // A click beside an open menu closes it.
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// After htmx put a new part into the page, what is wrong takes the focus, as it does when a whole page loads.
document.addEventListener("htmx:afterSettle", (event) => {
  offerCopies(event.target);
  const summary = event.target.querySelector(".error-summary");
  if (summary) summary.focus();
});

// A page that waits asks each second how far the work is. Once it is told to load anew it asks no more: each further
// answer would begin the loading afresh, and a page that takes longer than a second would never come.
let loadingAnew = false;
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Refresh") === "true") loadingAnew = true;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (loadingAnew) event.preventDefault();
});
window.addEventListener("pageshow", () => { loadingAnew = false; });

document.addEventListener("DOMContentLoaded", () => {
  offerCopies(document);
  if (window.PublicKeyCredential) for (const button of document.querySelectorAll(".needs-script[hidden]")) button.hidden = false;
});
