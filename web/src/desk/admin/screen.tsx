import { say } from "../texts";

export function Admin() {
  return <div class="page"><header><h1>{say("screen_admin")}</h1></header></div>;
}
