/** The sign-in page. Leads back to where one wanted to go. */

import { Headset } from "lucide";
import { useState } from "preact/hooks";

import { api, ok, Problem } from "./api/client";
import { go, query } from "./router";
import { signedIn } from "./session";
import { say } from "./texts";
import { Button } from "./ui/button";
import { TextField } from "./ui/field";
import { Icon } from "./ui/icon";
import { Trouble } from "./ui/shown";
import { useDoing } from "./ui/use";

export function SignIn() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const doing = useDoing();
  const trouble = doing.trouble;
  const fields = trouble instanceof Problem ? trouble : null;
  const enter = async (event: Event) => {
    event.preventDefault();
    await doing.run(async () => {
      signedIn(await ok(api.POST("/api/v1/auth/login", { body: { email, password } })));
      go(back(query.value.get("to")), { replace: true });
    });
  };
  return (
    <div class="door">
      <main>
        <form onSubmit={(event) => void enter(event)}>
          <div class="mark"><Icon of={Headset} size={24} /></div>
          <div>
            <h1>{say("sign_in_title")}</h1>
            <p class="faint">{say("sign_in_hint")}</p>
          </div>
          <TextField label={say("email")} type="email" name="email" autocomplete="username" value={email} onChange={setEmail} wrong={fields?.at("email")} required autofocus />
          <TextField label={say("password")} type="password" name="password" autocomplete="current-password" value={password} onChange={setPassword} wrong={fields?.at("password")} required />
          {fields?.errors.length ? null : <Trouble of={trouble} />}
          <Button type="submit" look="main" busy={doing.busy}>{say("sign_in")}</Button>
        </form>
      </main>
    </div>
  );
}

/** Only to screens of ours: the address came with a link that anybody may have written. */
function back(to: string | null): string {
  return to && /^\/desk\/(?!sign-in)/.test(to) ? to : "/desk/";
}
