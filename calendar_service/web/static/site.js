// What is nicer with a script and works without one.

const lines = [...document.querySelectorAll(".yours[data-starts]")];
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const asked = new URLSearchParams(location.search).has("zone");

function showsOtherClocks(line) {
  return Number(line.dataset.yours) !== -new Date(line.dataset.starts).getTimezoneOffset();
}

// The hours by the device's clocks: the server has the words for them in every language.
async function tellByThisClock() {
  const address = new URL(location.href);
  address.searchParams.set("zone", zone);
  const answer = await fetch(address);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = [...page.querySelectorAll(".yours[data-starts]")];
  if (told.length !== lines.length) return;
  lines.forEach((line, number) => line.replaceWith(told[number]));
}

if (zone && !asked && lines.some(showsOtherClocks)) tellByThisClock().catch(() => {});

const field = document.querySelector("select[data-guess=zone]");
const named = [...(field?.options ?? [])].filter((one) => one.value === zone).at(-1);  // Prishtina has Tirana's zone
if (named && !asked) named.selected = true;

function tellFor(button, words) {
  const before = button.textContent;
  button.textContent = words;
  setTimeout(() => { button.textContent = before; }, 2500);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    tellFor(button, button.dataset.done);
  });
}

for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {});
  });
}
