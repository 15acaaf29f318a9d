/** The inbox: the list, the chat, and what is known about it; on a phone one after the other. */

import "./inbox.css";

import { MessagesSquare } from "lucide";
import { useEffect } from "preact/hooks";

import { Empty } from "../ui/shown";
import { loadAll } from "./book";
import { resume } from "./chats";
import { Conversation } from "./conversation";
import { List } from "./list";
import { begin } from "./lists";
import { Help, listenToKeys } from "./shortcuts";
import { t } from "./texts";

export function Inbox({ params }: { params: Readonly<Record<string, string>> }) {
  const session = params["session"];
  useEffect(() => {
    loadAll();
    resume();
    const stop = [begin(), listenToKeys()];
    return () => stop.forEach((end) => end());
  }, []);
  return (
    <div class={session ? "inbox open" : "inbox"}>
      <h1 class="unseen">{t("inbox")}</h1>
      <List chosen={session} />
      {session ? <Conversation key={session} id={session} /> : (
        <div class="conversation none"><Empty icon={MessagesSquare} title={t("choose_chat")}><p>{t("choose_chat_hint")}</p></Empty></div>
      )}
      <Help />
    </div>
  );
}
