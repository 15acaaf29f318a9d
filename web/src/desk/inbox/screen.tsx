import { say } from "../texts";

export function Inbox() {
  return <div class="page"><header><h1>{say("screen_inbox")}</h1></header></div>;
}
