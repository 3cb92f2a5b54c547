// Shows every <time datetime="…Z"> in the reader's own zone; without this script the page keeps the server's text.

const language = document.documentElement.lang;
const locale = navigator.languages.find((name) => name.startsWith(language)) ?? (language || undefined);
const format = (/** @type {Intl.DateTimeFormatOptions} */ options) => new Intl.DateTimeFormat(locale, options);
const sameDay = format({ hour: "2-digit", minute: "2-digit" });
const otherDay = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const otherYear = format({ dateStyle: "medium" });
const inFull = format({ dateStyle: "full", timeStyle: "short" });

/**
 * The shortest text that is still clear today.
 * @param {Date} when
 * @param {Date} [today]
 * @returns {string}
 */
export function shortTime(when, today = new Date()) {
  if (when.toDateString() === today.toDateString()) return sameDay.format(when);
  return (when.getFullYear() === today.getFullYear() ? otherDay : otherYear).format(when);
}

/**
 * Fills one <time>; plain dates without a time of day stay as they are.
 * @param {HTMLTimeElement} element
 */
export function showTime(element) {
  const when = new Date(element.dateTime);
  if (!element.dateTime.includes("T") || Number.isNaN(when.getTime())) return;
  element.textContent = shortTime(when);
  element.title = inFull.format(when);
}

/**
 * Fills every <time datetime> below `root`; call it for parts that arrive later.
 * @param {ParentNode} [root]
 */
export function showTimes(root = document) {
  root.querySelectorAll("time[datetime]").forEach((element) => showTime(/** @type {HTMLTimeElement} */ (element)));
}

showTimes();
