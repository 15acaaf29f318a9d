import { say } from "../texts";

export function Floor() {
  return <div class="page"><header><h1>{say("screen_floor")}</h1></header></div>;
}
