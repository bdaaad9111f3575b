// What is nicer with a script and works without one: hours by the clocks of the device.

const language = document.documentElement.lang;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function placeOf(name) {
  return name.split("/").pop().replaceAll("_", " ");
}

function offsetAt(moment) {
  const minutes = -moment.getTimezoneOffset();
  if (!minutes) return "UTC";
  const whole = Math.trunc(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  const sign = minutes < 0 ? "\u2212" : "+";
  return `UTC${sign}${whole}${rest ? ":" + String(rest).padStart(2, "0") : ""}`;
}

function inWords(starts, ends) {
  const day = new Intl.DateTimeFormat(language, {
    weekday: "long", day: "numeric", month: "long", year: "numeric",
  });
  const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const first = `${capital(day.format(starts))}, ${hour.format(starts)}`;
  if (!ends || +ends === +starts) return first;
  if (day.format(starts) === day.format(ends)) return `${first}–${hour.format(ends)}`;
  return `${first} – ${capital(day.format(ends))}, ${hour.format(ends)}`;
}

function tellByThisClock(line) {
  const starts = new Date(line.dataset.starts);
  const ends = line.dataset.ends ? new Date(line.dataset.ends) : null;
  const sameClock = Number(line.dataset.offset) === -starts.getTimezoneOffset();
  line.hidden = sameClock;
  if (sameClock) return;
  const words = `${inWords(starts, ends)}, ${placeOf(zone)} (${offsetAt(starts)})`;
  line.querySelector(".words").textContent = words;
}

if (zone && !new URLSearchParams(location.search).has("zone")) {
  document.querySelectorAll(".yours[data-starts]").forEach(tellByThisClock);
  const field = document.querySelector("select[data-guess=zone]");
  if (field && [...field.options].some((one) => one.value === zone)) field.value = zone;
}
