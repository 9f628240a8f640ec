// Large files are sent by pieces, so that a broken connection costs one piece at most. Without this script the form sends
// them itself, as any form does.
"use strict";

(() => {
  const MOST_WAIT = 30000;

  function size(bytes) {
    const units = ["B", "kB", "MB", "GB"];
    let at = 0;
    while (bytes >= 1024 && at < units.length - 1) { bytes /= 1024; at += 1; }
    return `${bytes.toFixed(at > 1 && bytes < 100 ? 1 : 0)} ${units[at]}`;
  }

  function fill(sentence, words) {
    return sentence.replace(/\{(\w+)\}/g, (_, name) => words[name]);
  }

  function base64(buffer) {
    return btoa(String.fromCharCode(...new Uint8Array(buffer)));
  }

  class Refusal extends Error {}
  class Ended extends Error {}

  class Sender {
    constructor(form, box, file) {
      this.form = form;
      this.box = box;
      this.file = file;
      this.said = JSON.parse(box.dataset.said);
      this.piece = Number(box.dataset.piece);
      this.digests = [];
      this.offset = 0;
      this.times = [];
      this.ended = new AbortController();
    }

    tell(word) {
      this.box.querySelector(".upload-told").textContent = this.said[word] ?? word;
    }

    span(seconds) {
      if (seconds < 90) return fill(this.said.seconds, { n: Math.max(1, Math.ceil(seconds)) });
      if (seconds < 5400) return fill(this.said.minutes, { n: Math.ceil(seconds / 60) });
      return fill(this.said.hours, { n: Math.ceil(seconds / 3600) });
    }

    show() {
      const now = performance.now();
      this.times.push([now, this.offset]);
      while (this.times.length > 2 && now - this.times[0][0] > 15000) this.times.shift();
      const [[since, from]] = this.times;
      const rate = (this.offset - from) / ((now - since) / 1000);
      const known = now - since > 2000 && rate > 0;
      const words = { done: size(this.offset), size: size(this.file.size), rate: size(rate || 0) };
      if (known) words.left = this.span((this.file.size - this.offset) / rate);
      this.box.querySelector(".upload-now").textContent = fill(known ? this.said.now : this.said.early, words);
      this.box.querySelector("progress").value = Math.floor((1000 * this.offset) / this.file.size);
    }

    async ask(url, method, headers = {}, body = undefined) {
      const token = this.form.querySelector("[name=csrfmiddlewaretoken]").value;
      const answer = await fetch(url, {
        method, body, redirect: "manual", signal: method === "DELETE" ? null : this.ended.signal, cache: "no-store",
        headers: { "X-CSRFToken": token, "Tus-Resumable": "1.0.0", ...headers },
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) throw new Refusal("signed_out");
      return answer;
    }

    // Wait for the network, for the button, or for a while that grows.
    pause(milliseconds) {
      const again = this.box.querySelector(".upload-again");
      again.hidden = false;
      return new Promise((resolve) => {
        const over = () => {
          clearTimeout(timer);
          again.hidden = true;
          again.removeEventListener("click", over);
          window.removeEventListener("online", over);
          this.ended.signal.removeEventListener("abort", over);
          resolve();
        };
        const timer = milliseconds ? setTimeout(over, milliseconds) : 0;
        again.addEventListener("click", over);
        window.addEventListener("online", over);
        this.ended.signal.addEventListener("abort", over);
      });
    }

    // Do one request until it is answered; whatever breaks is waited for.
    async patiently(request) {
      let wait = 1000;
      let broken = false;
      for (;;) {
        if (this.ended.signal.aborted) throw new Ended();
        try {
          const answer = await request();
          if (answer.status < 500 && answer.status !== 423 || answer.status === 507) {
            if (broken) this.tell("resumed");
            return answer;
          }
          broken = true;
          this.tell("broken");
          await this.pause(wait);
        } catch (error) {
          if (this.ended.signal.aborted || error instanceof Ended) throw new Ended();
          if (error instanceof DOMException && error.name === "NotReadableError") throw new Refusal(this.said.changed);
          broken = true;
          const signedOut = error instanceof Refusal && error.message === "signed_out";
          this.tell(signedOut ? "signed_out" : "broken");
          await this.pause(signedOut ? 0 : wait);
          this.times = [];
        }
        wait = Math.min(MOST_WAIT, wait * 2);
      }
    }

    async refusal(answer) {
      try {
        return new Refusal((await answer.json()).told);
      } catch {
        return new Refusal(`${answer.status} ${answer.statusText}`);
      }
    }

    async begin() {
      const encoded = (text) => base64(new TextEncoder().encode(text));
      let metadata = `filename ${encoded(this.file.name)}`;
      // Only where bytes can be compared does an upload of before go on: its name and size alone say too little.
      if (crypto.subtle) metadata += `,stamp ${encoded(String(this.file.lastModified))}`;
      const headers = { "Upload-Length": String(this.file.size), "Upload-Metadata": metadata };
      const answer = await this.patiently(() => this.ask(this.box.dataset.url, "POST", headers));
      if (answer.status !== 201) throw await this.refusal(answer);
      this.url = answer.headers.get("Location");
      const made = await answer.json();
      this.id = made.id;
      this.offset = 0;
      this.digests = [];
      if (made.pieces) await this.goOn(Number(answer.headers.get("Upload-Offset")), made.pieces);
    }

    // Some of it is here from before: go on there if it is the beginning of this very file, else begin anew.
    async goOn(offset, pieces) {
      this.tell("comparing");
      for (let index = 0; (index + 1) * this.piece <= offset; index += 1) {
        const part = await this.file.slice(index * this.piece, (index + 1) * this.piece).arrayBuffer();
        this.digests[index] = await crypto.subtle.digest("SHA-256", part);
      }
      if (await this.digest() === pieces) {
        this.offset = offset;
        if (offset === this.file.size && offset % this.piece) {
          const last = Math.floor(offset / this.piece);
          this.digests[last] = await crypto.subtle.digest("SHA-256", await this.file.slice(last * this.piece).arrayBuffer());
        }
        this.goesOn = true;
      } else {
        await this.patiently(() => this.ask(this.url, "DELETE"));
        await this.begin();
      }
    }

    async where() {
      const answer = await this.patiently(() => this.ask(this.url, "HEAD"));
      if (answer.status === 404) {
        this.tell("gone");
        await this.begin();
      } else {
        this.offset = Number(answer.headers.get("Upload-Offset"));
      }
    }

    async sendOne() {
      const index = Math.floor(this.offset / this.piece);
      const end = Math.min(this.file.size, (index + 1) * this.piece);
      const part = this.file.slice(this.offset, end);
      const headers = { "Upload-Offset": String(this.offset), "Content-Type": "application/offset+octet-stream" };
      let data = part;
      if (crypto.subtle) {
        data = await part.arrayBuffer();
        const digest = await crypto.subtle.digest("SHA-256", data);
        headers["Upload-Checksum"] = `sha256 ${base64(digest)}`;
        const whole = this.offset === index * this.piece;
        this.digests[index] = whole ? digest : await crypto.subtle.digest("SHA-256", await this.file.slice(index * this.piece, end).arrayBuffer());
      }
      let first = true;
      const answer = await this.patiently(async () => {
        if (!first) {
          // It may have arrived although no answer came back.
          const there = await this.ask(this.url, "HEAD");
          if (there.status === 404 || Number(there.headers.get("Upload-Offset")) !== this.offset) return there;
        }
        first = false;
        return this.ask(this.url, "PATCH", headers, data);
      });
      if (answer.status === 204) this.offset = Number(answer.headers.get("Upload-Offset"));
      else if ([200, 404, 409, 460].includes(answer.status)) await this.where();
      else throw await this.refusal(answer);
    }

    async digest() {
      if (!crypto.subtle) return "";
      const joined = new Uint8Array(32 * this.digests.length);
      this.digests.forEach((one, at) => joined.set(new Uint8Array(one), 32 * at));
      const whole = new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
      return Array.from(whole, (one) => one.toString(16).padStart(2, "0")).join("");
    }

    async send() {
      await this.begin();
      this.tell(this.goesOn ? "going_on" : "begun");
      this.show();
      while (this.offset < this.file.size) {
        await this.sendOne();
        this.show();
      }
      this.tell("checking");
      return `${this.id}:${await this.digest()}`;
    }

    stop() {
      this.ended.abort();
      if (this.url) this.ask(this.url, "DELETE").catch(() => {});
    }
  }

  // Send every large file of a form in turn; true when all are there.
  async function sendAll(form, boxes) {
    for (const [box, input] of boxes) {
      const limit = Number(box.dataset.limit);
      box.hidden = false;
      const bar = box.querySelector("progress");
      for (const file of input.files) {
        const sender = new Sender(form, box, file);
        bar.hidden = false;
        if (limit && file.size > limit) {
          bar.hidden = true;
          sender.tell("too_large");
          box.querySelector(".upload-stop").hidden = true;
          return false;
        }
        const stop = box.querySelector(".upload-stop");
        stop.hidden = false;
        const stopping = () => { stopped = true; sender.stop(); };
        let stopped = false;
        stop.addEventListener("click", stopping);
        try {
          const named = await sender.send();
          const field = document.createElement("input");
          field.type = "hidden";
          field.name = `${box.dataset.field}_uploaded`;
          field.value = named;
          field.className = "upload-done";
          form.append(field);
        } catch (error) {
          sender.stop();
          bar.hidden = true;
          stop.hidden = true;
          box.querySelector(".upload-now").textContent = "";
          const unreadable = error instanceof DOMException;
          sender.tell(stopped ? "stopped" : unreadable ? "changed" : error.message);
          return false;
        } finally {
          stop.removeEventListener("click", stopping);
        }
      }
    }
    return true;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const boxes = [];
    for (const box of form.querySelectorAll(".upload")) {
      const input = form.querySelector(`input[type=file][name="${box.dataset.field}"]`);
      const large = input && Array.from(input.files).some((file) => file.size >= Number(box.dataset.from));
      if (large) boxes.push([box, input]);
    }
    if (!boxes.length || !window.fetch) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    for (const done of form.querySelectorAll(".upload-done")) done.remove();
    const buttons = form.querySelectorAll("button:not([type=button])");
    for (const button of buttons) button.disabled = true;
    const leaving = (leave) => leave.preventDefault();
    window.addEventListener("beforeunload", leaving);
    const all = await sendAll(form, boxes);
    window.removeEventListener("beforeunload", leaving);
    for (const button of buttons) button.disabled = false;
    delete form.dataset.sending;
    if (!all) return;
    for (const [, input] of boxes) input.disabled = true;
    form.submit();
    for (const [, input] of boxes) input.disabled = false;
  });
})();
