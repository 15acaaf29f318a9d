/** Sound and desktop notices for what happens while the agent looks elsewhere. */

import { signal } from "@preact/signals";

import { keep, kept } from "./kept";

type Permission = "default" | "granted" | "denied";

export const sound = signal(kept("sound") !== "off");
export const notices = signal<Permission>("Notification" in globalThis ? Notification.permission : "denied");

export function setSound(on: boolean): void {
  keep("sound", on ? null : "off");
  sound.value = on;
  if (on) chime();
}

export async function permit(): Promise<void> {
  if ("Notification" in globalThis) notices.value = await Notification.requestPermission();
}

/** Tell once of one chat: a newer notice of it takes the older one's place. */
export function alert(chat: string, title: string, text: string, open: () => void): void {
  if (sound.value) chime();
  if (notices.value !== "granted" || document.visibilityState === "visible") return;
  const notice = new Notification(title, { body: text.slice(0, 200), tag: chat });
  notice.onclick = () => {
    focus();
    open();
    notice.close();
  };
}

let context: AudioContext | null = null;

/** Two short notes, made here: nothing is fetched. Browsers keep silent until the page was touched. */
export function chime(): void {
  if (!navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  const [start, volume] = [context.currentTime, context.createGain()];
  volume.connect(context.destination);
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.45);
  for (const [pitch, after] of [[740, 0], [988, 0.11]] as const) {
    const note = context.createOscillator();
    note.type = "sine";
    note.frequency.value = pitch;
    note.connect(volume);
    note.start(start + after);
    note.stop(start + 0.5);
  }
}
