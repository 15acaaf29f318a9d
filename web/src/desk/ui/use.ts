/** Loading and doing, with the trouble they may give. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export type Loaded<T> = { value: T | null; trouble: unknown; again: () => void; set: (value: T) => void };

/** Load when `key` changes; an answer that comes after the next question is dropped. */
export function useLoaded<T>(key: string | null, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string | null; value: T | null; trouble: unknown }>({ key: null, value: null, trouble: null });
  const [round, setRound] = useState(0);
  const asked = useRef(load);
  asked.current = load;
  useEffect(() => {
    if (key == null) return;
    let wanted = true;
    asked.current().then(
      (value) => wanted && setState({ key, value, trouble: null }),
      (trouble: unknown) => wanted && setState((before) => ({ key, value: before.key === key ? before.value : null, trouble })),
    );
    return () => void (wanted = false);
  }, [key, round]);
  const current = state.key === key;
  return {
    value: current ? state.value : null,
    trouble: current ? state.trouble : null,
    again: useCallback(() => setRound((before) => before + 1), []),
    set: useCallback((value: T) => setState({ key, value, trouble: null }), [key]),
  };
}

export type Doing = { busy: boolean; trouble: unknown; run: (work: () => Promise<unknown>) => Promise<boolean>; forget: () => void };

/** One thing at a time: a second press while the first is under way does nothing. True if it was done. */
export function useDoing(): Doing {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const under = useRef(false);
  const run = useCallback(async (work: () => Promise<unknown>) => {
    if (under.current) return false;
    under.current = true;
    setBusy(true);
    setTrouble(null);
    try {
      await work();
      return true;
    } catch (error) {
      setTrouble(error);
      return false;
    } finally {
      under.current = false;
      setBusy(false);
    }
  }, []);
  return { busy, trouble, run, forget: useCallback(() => setTrouble(null), []) };
}
