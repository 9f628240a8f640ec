// Single keys that move about: their list, and the switch that turns them off in this browser (WCAG 2.1.4).
// On the list of rows they act only while a row has the focus (checklist.js); on a row's page while no field has it.
"use strict";

const keys = {
  off: () => localStorage.getItem("probanda-keys") === "off",
  // A key with a modifier belongs to the browser or to assistive technology, one in a field to what is typed.
  usable(event) {
    const at = event.target;
    const typing = at.closest && at.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    return !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing || keys.off());
  },
  list() {
    const list = document.getElementById("keys");
    list.open = !list.open;
    if (list.open) list.querySelector("summary").focus();
  },
};

document.addEventListener("DOMContentLoaded", () => {
  const list = document.getElementById("keys");
  if (!list) return;
  for (const part of document.querySelectorAll(".by-script[hidden]")) part.hidden = false;
  const on = document.getElementById("keys-on");
  on.checked = !keys.off();
  on.addEventListener("change", () => localStorage.setItem("probanda-keys", on.checked ? "on" : "off"));
});

// Elements with data-key take the focus, or are followed where they are links.
document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-key]") || !keys.usable(event)) return;
  if (event.key === "?") {
    keys.list();
    event.preventDefault();
    return;
  }
  const target = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("a[href]")) target.click();
  else {
    if (target.matches("summary") && !target.parentElement.open) target.parentElement.open = true;
    target.focus();
    target.scrollIntoView({ block: "center" });
  }
});
