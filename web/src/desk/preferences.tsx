/** What an agent sets for this browser: language, look, sound, notices. */

import { say, language, LANGUAGES, languageName, speak } from "./texts";
import { theme, wear, type Theme } from "./theme";
import { letters, setLetters } from "./letters";
import { notices, permit, sound, setSound } from "./alerts";
import { Button } from "./ui/button";
import { SelectField, Switch } from "./ui/field";

export function Preferences() {
  return (
    <div class="page narrow">
      <header><h1>{say("screen_preferences")}</h1></header>
      <section class="card stack">
        <SelectField label={say("language")} value={language.value} onChange={speak}
          options={LANGUAGES.map((tag) => ({ value: tag, label: own(tag) }))} />
        <SelectField label={say("look")} value={theme.value} onChange={(value) => wear(value as Theme)}
          options={[{ value: "auto", label: say("theme_auto") }, { value: "light", label: say("theme_light") }, { value: "dark", label: say("theme_dark") }]} />
        <Switch label={say("letters")} checked={letters.value} onChange={setLetters} />
        <Switch label={say("sound")} checked={sound.value} onChange={setSound} />
        <div class="row">
          <span class="grow">{say("notices")}: {say(`notices_${notices.value}`)}</span>
          {notices.value === "default" ? <Button onClick={() => void permit()}>{say("notices_allow")}</Button> : null}
        </div>
      </section>
    </div>
  );
}

/** A language by its own name, so that who speaks it finds it. */
function own(tag: string): string {
  const name = new Intl.DisplayNames(tag, { type: "language" }).of(tag) ?? tag;
  return tag === language.value ? name : `${name} · ${languageName(tag)}`;
}
