/**
 * A chart over time: lines, areas and columns on one axis, drawn as SVG from scales and shapes of d3. Its numbers are
 * read with a pointer, with the arrow keys (it is a slider over time) or as a table; colours are classes.
 */

import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { direction, number, timeOf } from "../texts";
import { Table } from "./table";

/** `look` is a class of chart.css; `values` stand side by side with the times; `def` is left out where it stands above.
 * What happened within each step is a line or columns, how many there were is steps. */
export type Series = { name: string; def?: string; look: string; mark: "line" | "columns" | "steps" | "area"; values: readonly number[] };
export type ChartProps = { title: string; about: string; step: number; times: readonly number[]; series: readonly Series[]; words: { time: string; table: string; keys: string } };

const HEIGHT = 180;
const EDGE = { top: 12, bottom: 24, side: 6 };
const BEHIND = { columns: 0, area: 0, steps: 1, line: 1 };
const LABEL = 64; // px a label of the time axis needs

export function Chart({ title, about, step, times, series, words }: ChartProps) {
  const id = useId();
  const [box, width] = useWidth();
  const [chosen, setChosen] = useState<number | null>(null);
  const last = times.length - 1;
  const at = Math.min(chosen ?? last, last);
  const turned = direction.value === "rtl";
  const inner: [number, number] = [EDGE.side, width - EDGE.side];
  const x = scaleLinear([times[0]!, times[last]! + step], turned ? [inner[1], inner[0]] : inner);
  const y = scaleLinear([0, Math.max(1, max(series, (one) => max(one.values)) ?? 1)], [HEIGHT - EDGE.bottom, EDGE.top]).nice(4);
  const point = (event: PointerEvent) => {
    const left = (event.currentTarget as Element).getBoundingClientRect().left;
    setChosen(Math.max(0, Math.min(last, Math.floor((x.invert(event.clientX - left) - times[0]!) / step))));
  };
  const keyed = (event: KeyboardEvent) => {
    const to = moved(event.key, at, last, turned);
    if (to === null) return;
    event.preventDefault();
    setChosen(to);
  };
  return (
    <figure class="chart" aria-labelledby={`${id}-title`}>
      <figcaption><h3 id={`${id}-title`}>{title}</h3><p class="faint small" id={`${id}-about`}>{about}<span class="unseen"> {words.keys}</span></p></figcaption>
      <Legend series={series} at={at} time={span(times[at]!, step)} />
      <div ref={box} class="plot" role="slider" tabIndex={0} aria-label={title} aria-describedby={`${id}-about`} aria-valuemin={0} aria-valuemax={last} aria-valuenow={at}
        aria-valuetext={`${span(times[at]!, step)}: ${series.map((one) => `${one.name} ${number(one.values[at]!)}`).join(", ")}`}
        onPointerMove={point} onPointerDown={point} onPointerLeave={() => setChosen(null)} onKeyDown={keyed} onBlur={() => setChosen(null)}>
        {width ? (
          <svg width={width} height={HEIGHT} aria-hidden="true" focusable="false">
            <Axes x={x} y={y} width={width} times={times} step={step} turned={turned} />
            <rect class="cursor" x={Math.min(x(times[at]!), x(times[at]! + step))} width={Math.max(1, Math.abs(x(step) - x(0)))} y={EDGE.top} height={HEIGHT - EDGE.bottom - EDGE.top} />
            {[...series].sort((one, other) => BEHIND[one.mark] - BEHIND[other.mark]).map((one) => <Drawn key={one.name} of={one} x={x} y={y} times={times} step={step} />)}
          </svg>
        ) : null}
      </div>
      <details class="as-table"><summary>{words.table}</summary><Rows {...{ title, step, times, series, words }} /></details>
    </figure>
  );
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

/** The names and marks, what each means, and how many at the chosen time. */
function Legend({ series, at, time }: { series: readonly Series[]; at: number; time: string }) {
  return (
    <dl class="legend">
      <div class="at"><dt class="numeric">{time}</dt></div>
      {series.map((one) => (
        <div key={one.name} class={one.look}>
          <dt><svg class="mark" width="22" height="10" aria-hidden="true"><Mark of={one.mark} /></svg>{one.name}</dt>
          <dd><b class="numeric">{number(one.values[at]!)}</b>{one.def ? <span class="def">{one.def}</span> : null}</dd>
        </div>
      ))}
    </dl>
  );
}

function Mark({ of }: { of: Series["mark"] }) {
  if (of === "columns") return <rect class="column" x="6" y="0" width="10" height="10" />;
  return <>{of === "area" ? <rect class="ground" x="0" y="4" width="22" height="6" /> : null}<line class="stroke" x1="0" x2="22" y1="4" y2="4" /></>;
}

function Axes({ x, y, width, times, step, turned }: { x: Scale; y: Scale; width: number; times: readonly number[]; step: number; turned: boolean }) {
  const steps = y.ticks(4).filter(Number.isInteger);
  return (
    <g class="axes">
      {steps.map((value) => (
        <g key={value}>
          <line x1={EDGE.side} x2={width - EDGE.side} y1={y(value)} y2={y(value)} />
          {value ? <text x={turned ? width - EDGE.side : EDGE.side} y={y(value) - 3} text-anchor={turned ? "end" : "start"}>{number(value)}</text> : null}
        </g>
      ))}
      {labelled(times, step, width).map((time) => {
        const anchor = x(time) < LABEL / 2 ? "start" : x(time) > width - LABEL / 2 ? "end" : "middle";
        return <text key={time} x={x(time)} y={HEIGHT - 6} text-anchor={anchor}>{timeOf(time)}</text>;
      })}
    </g>
  );
}

/** Full hours (or every few of them) that have room for their labels. */
function labelled(times: readonly number[], step: number, width: number): number[] {
  const hours = times.filter((time) => new Date(time).getMinutes() === 0);
  const room = Math.max(1, Math.floor(width / LABEL));
  const every = [1, 2, 3, 4, 6, 12].find((each) => hours.length / each <= room) ?? 24;
  return hours.filter((time) => new Date(time).getHours() % every === 0 && time + step <= times.at(-1)! + step);
}

function Drawn({ of, x, y, times, step }: { of: Series; x: Scale; y: Scale; times: readonly number[]; step: number }) {
  const middle = (_: number, place: number) => x(times[place]! + step / 2);
  if (of.mark === "columns") {
    const wide = Math.max(1, Math.abs(x(step) - x(0)) * 0.6);
    return <g class={of.look}>{of.values.map((value, place) => (value ? <rect key={times[place]} class="column" x={middle(value, place) - wide / 2} width={wide} y={y(value)} height={y(0) - y(value)} /> : null))}</g>;
  }
  if (of.mark === "line") {
    const path = line<number>(middle, (value) => y(value))([...of.values]);
    return <g class={of.look}><path class="stroke" d={path ?? ""} />{of.values.length === 1 ? <circle class="point" cx={middle(0, 0)} cy={y(of.values[0]!)} r={3} /> : null}</g>;
  }
  const ends = [...of.values, of.values.at(-1)!];
  const start = (_: number, place: number) => x(times[0]! + place * step);
  const ground = of.mark === "area" ? area<number>(start, y(0), (value) => y(value)).curve(curveStepAfter)(ends) : null;
  return <g class={of.look}>{ground ? <path class="ground" d={ground} /> : null}<path class="stroke" d={line<number>(start, (value) => y(value)).curve(curveStepAfter)(ends) ?? ""} /></g>;
}

function Rows({ title, step, times, series, words }: Omit<ChartProps, "about">) {
  return (
    <Table label={title}>
      <thead><tr><th scope="col">{words.time}</th>{series.map((one) => <th key={one.name} scope="col" class="n">{one.name}</th>)}</tr></thead>
      <tbody>{times.map((time, at) => <tr key={time}><th scope="row" class="numeric">{span(time, step)}</th>{series.map((one) => <td key={one.name} class="n">{number(one.values[at]!)}</td>)}</tr>)}</tbody>
    </Table>
  );
}

const span = (time: number, step: number) => `${timeOf(time)} – ${timeOf(time + step)}`;

function moved(key: string, at: number, last: number, turned: boolean): number | null {
  const to = { ArrowLeft: turned ? at + 1 : at - 1, ArrowRight: turned ? at - 1 : at + 1, ArrowDown: at - 1, ArrowUp: at + 1, PageDown: at - 4, PageUp: at + 4, Home: 0, End: last }[key];
  return to === undefined ? null : Math.max(0, Math.min(last, to));
}

/** How wide an element is, now and whenever that changes. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  return [box, width] as const;
}
