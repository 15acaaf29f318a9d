/** What this browser keeps for the agent: sign-in, language, theme, drafts. Works without, for as long as the page lives. */

const PREFIX = "frontdesk.";
const instead = new Map<string, string>();

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name) ?? instead.get(name) ?? null;
  } catch {
    return instead.get(name) ?? null;
  }
}

export function keep(name: string, value: string | null): void {
  if (value == null) instead.delete(name);
  else instead.set(name, value);
  try {
    if (value == null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Full or forbidden: `instead` has it.
  }
}

/** Told when another tab keeps something else. */
export function whenKept(name: string, told: (value: string | null) => void): void {
  addEventListener("storage", (event) => {
    if (event.key === PREFIX + name) told(event.newValue);
  });
}
