/** Look again soon after something happened, and now and then anyway. */

import { useEffect } from "preact/hooks";

import { listen, type Frame } from "../api/socket";

const LOOK_EVERY = 1000; // ms at most, while things happen
const LOOK_ANYWAY = 15_000;

export function useLive(again: () => void, concerns: (type: Frame["type"]) => boolean): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        again();
      }, LOOK_EVERY);
    };
    const end = listen((frame) => {
      if (concerns(frame.type) || frame.type === "ready" || frame.type === "reload") soon();
    });
    const anyway = setInterval(() => document.visibilityState === "visible" && again(), LOOK_ANYWAY);
    return () => {
      end();
      clearInterval(anyway);
      clearTimeout(timer);
    };
  }, [again]);
}
