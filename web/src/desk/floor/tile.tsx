/** A number with what it means beside it. */
export function Tile({ name, def, value, of = "", look = "", dot }: { name: string; def: string; value: string; of?: string; look?: string; dot?: string }) {
  return <div class={`tile ${look}`}><dt>{dot ? <span class={`dot ${dot}`} /> : null}{name}</dt><dd>{value} {of ? <span class="of">{of}</span> : null}<p class="def">{def}</p></dd></div>;
}
