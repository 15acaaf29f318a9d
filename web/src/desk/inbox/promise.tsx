/** What was promised: the goal that is due next, and how long there is left. It counts by itself. */

import { Timer, TimerOff } from "lucide";

import type { Schema } from "../api/client";
import { clock, fullTime } from "../texts";
import { Icon } from "../ui/icon";
import { t } from "./texts";
import { now } from "./time";

const SOON = 300_000; // ms
const DAY = 86_400_000;

/** A goal that was missed comes before one that may still be kept. */
export function Promised({ sla }: { sla: Schema["SlaView"] | null }) {
  const goal = sla?.goals.find((one) => one.breached) ?? sla?.goals[0];
  return goal ? <Due goal={goal} policy={sla!.policy} /> : null;
}

export function Due({ goal, policy, soon = SOON }: { goal: Schema["GoalView"]; policy: string; soon?: number }) {
  const left = Date.parse(goal.due) - now.value;
  const missed = goal.breached || left <= 0;
  const far = Math.abs(left) >= DAY;
  const time = far ? `${Math.floor(Math.abs(left) / DAY)} × 24:00` : clock(Math.abs(left));
  const words = `${t(`goal_${goal.goal}`)}: ${fullTime(goal.due)} (${policy})`;
  return (
    <span class={`chip numeric promised ${missed ? "bad" : left < soon ? "warn" : ""}`} title={words}>
      <Icon of={missed ? TimerOff : Timer} size={12} /><span class="unseen">{t(missed ? "goal_missed" : "goal_due")} {words} </span>{missed ? "+" : ""}{time}
    </span>
  );
}
