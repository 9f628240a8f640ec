// While other columns are asked for, a person may go on typing below: what they typed since is put back into what comes.
"use strict";

(() => {
  let sent = null;

  function said(section) {
    const found = new Map();
    for (const field of section.querySelectorAll("[name]")) {
      const box = field.type === "checkbox" || field.type === "radio";
      found.set(box ? `${field.name}=${field.value}` : field.name, box ? field.checked : field.value);
    }
    return found;
  }

  function meaning() {
    return document.getElementById("meaning");
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.closest(".chosen-columns")) sent = said(meaning());
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!sent || event.detail.target.id !== "meaning") return;
    const now = said(meaning());
    const since = [...now].filter(([name, value]) => sent.get(name) !== value);
    sent = null;
    if (!since.length) return;
    document.addEventListener("htmx:afterSwap", () => {
      for (const [name, value] of since) {
        for (const field of meaning().querySelectorAll("[name]")) {
          const box = field.type === "checkbox" || field.type === "radio";
          if (box && `${field.name}=${field.value}` === name) field.checked = value;
          else if (!box && field.name === name) field.value = value;
        }
      }
    }, { once: true });
  });
})();
