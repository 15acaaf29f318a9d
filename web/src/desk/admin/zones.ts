/** Moments as clocks of a zone show them, in the language of the page; "" for a zone the browser does not know. */
export function timeIn(zone: string, at: string | number): string {
  try {
    return new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZone: zone || "UTC" }).format(new Date(at));
  } catch {
    return "";
  }
}
