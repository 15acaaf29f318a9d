/** What an agent does with a chat: each is one call, told in words when it is refused. */

import { api, ok, Problem, sentence } from "../api/client";
import { goTo } from "../router";
import { toast } from "../ui/toast";
import { put, star, stars, type Session } from "./book";
import { t } from "./texts";

type Call = () => Promise<Session | unknown>;

async function act(call: Call, done?: string): Promise<boolean> {
  try {
    const found = await call();
    if (found && typeof found === "object" && "last_seq" in found) put([found as Session]);
    if (done) toast(done);
    return true;
  } catch (error) {
    toast(error instanceof Problem && error.code === "full" ? t("no_place") : sentence(error), { bad: true });
    return false;
  }
}

const at = (id: string) => ({ params: { path: { id } } });

/** Only one wins: who comes second is told who was first. */
export const claim = (id: string) => act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/claim", at(id))));

export async function close(id: string): Promise<boolean> {
  return act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/close", { ...at(id), body: { reason: "closed" } })), t("closed_now"));
}

/** To leave a chat one was asked into, or to end a colleague's part in it. */
export const uninvite = (id: string, agent: string) => act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/uninvite", { ...at(id), body: { agent } })));

export const invite = (id: string) => act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/invite-rating", at(id))), t("invited"));

export const lock = (id: string, on: boolean) => act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/lock", { ...at(id), body: { on } })));

export const tag = (id: string, add: string[], remove: string[]) => act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/tags", { ...at(id), body: { add, remove } })));

export const block = (id: string, duration: "day" | "forever" | "off") =>
  act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/block", { ...at(id), body: { duration } })), t(duration === "off" ? "unblocked" : "blocked"));

export const takeOver = (id: string) => act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/take-over", at(id))), t("taken_over"));

/** A transfer that waits for this agent's word, or for a supervisor's. */
export const accept = (id: string) => act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/accept", at(id))), t("taken_over"));

export const decline = (id: string) => act(() => ok(api.POST("/api/v1/inbox/sessions/{id}/decline", at(id))));

export async function toggleStar(id: string): Promise<void> {
  await act(() => star(id, !stars.peek().has(id)));
}

/** Seen by its agent: tells the channel, and the list. */
export async function read(session: Session): Promise<void> {
  put([{ ...session, unread: 0 }]);
  await ok(api.POST("/api/v1/inbox/sessions/{id}/read", at(session.id))).catch(() => undefined);
}

export const leave = () => goTo("inbox");
