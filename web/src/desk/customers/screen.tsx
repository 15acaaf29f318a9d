import { say } from "../texts";

export function Customers() {
  return <div class="page"><header><h1>{say("screen_customers")}</h1></header></div>;
}
