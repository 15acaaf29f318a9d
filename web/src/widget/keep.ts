/** What outlives the page, for one channel. A browser that refuses to store still gets a chat, for as long as the page. */

import type { Said } from "./wire";

export class Keep {
  private readonly memory = new Map<string, string>();
  private readonly prefix: string;

  constructor(channel: string) {
    this.prefix = `frontdesk:${channel}:`;
  }

  get(name: string): string | null {
    try {
      return localStorage.getItem(this.prefix + name) ?? this.memory.get(name) ?? null;
    } catch {
      return this.memory.get(name) ?? null;
    }
  }

  set(name: string, value: string): void {
    this.memory.set(name, value);
    try {
      localStorage.setItem(this.prefix + name, value);
    } catch {
      // refused or full: `memory` has it
    }
  }

  remove(name: string): void {
    this.memory.delete(name);
    try {
      localStorage.removeItem(this.prefix + name);
    } catch {
      // refused: it was never there
    }
  }

  /** What was typed and not acknowledged, oldest first. One key each, so that two tabs never overwrite each other. */
  unsent(): Said[] {
    const names = new Set(this.memory.keys());
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.prefix)) names.add(key.slice(this.prefix.length));
      }
    } catch {
      // refused
    }
    return [...names]
      .filter((name) => name.startsWith("out:"))
      .flatMap((name) => {
        try {
          return [JSON.parse(this.get(name) ?? "") as Said];
        } catch {
          return [];
        }
      })
      .sort((one, other) => one.at - other.at);
  }
}
