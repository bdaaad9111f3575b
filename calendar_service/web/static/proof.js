// Does the work that a sign-up is asked for while very many arrive (ALTCHA, PBKDF2 proof of work).
// Without this script, or where it fails, the form is sent all the same and takes the slower path.
"use strict";

const octets = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const inHex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

async function solve({ parameters, signature }) {
  const nonce = octets(parameters.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  const hash = parameters.algorithm.split("/")[1];
  const how = { name: "PBKDF2", hash, salt: octets(parameters.salt), iterations: parameters.cost };
  for (let counter = 0; counter < 2 ** 32; counter += 1) {
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const bits = await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8);
    const derivedKey = inHex(new Uint8Array(bits));
    if (derivedKey.startsWith(parameters.keyPrefix)) {
      return btoa(JSON.stringify({ challenge: { parameters, signature }, solution: { counter, derivedKey } }));
    }
  }
  return "";
}

async function send(event) {
  const form = event.target;
  const field = form.elements.proof;
  if (!globalThis.crypto?.subtle || form.dataset.sent) return;
  event.preventDefault();
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.challenge, { cache: "no-store" });
    const { challenge } = await answer.json();
    if (challenge) field.value = await solve(challenge);
  } catch {
    field.value = "";
  }
  const other = event.submitter?.getAttribute("formaction");
  if (other) form.action = other;
  form.submit();
}

if (globalThis.document) {
  for (const form of document.querySelectorAll("form[data-challenge]")) {
    form.addEventListener("submit", send);
  }
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });
}
