import 'uplot/dist/uPlot.min.css';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { onSchemeChange, readColours } from './colours.js';
import type { Plot } from './plot.js';

/** A plot on a canvas, as wide as there is room, in the page's colours of the moment. It redraws only for new data. */
export function Chart<T>(props: {
  readonly plot: Plot<T>;
  readonly value: T;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly testid?: string;
}): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const value = useRef(props.value);
  value.current = props.value;
  const { plot } = props;

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    let colours = readColours(element);
    const options = plot.options(
      () => value.current,
      () => colours,
    );
    const size = () => ({ width: Math.max(120, element.clientWidth), height: plot.height });
    const made = new uPlot({ ...options, ...size() }, plot.data(value.current), element);
    chart.current = made;
    const resized = new ResizeObserver(() => {
      if (made.width !== size().width) made.setSize(size());
    });
    resized.observe(element);
    const stop = onSchemeChange(() => {
      colours = readColours(element);
      made.redraw(false, true);
    });
    return () => {
      stop();
      resized.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [plot]);

  useEffect(() => {
    const data = plot.data(props.value);
    const { current } = chart;
    if (current === null || sameData(current.data, data)) return;
    current.batch(() => {
      current.setData(data);
      // Words under an axis may change though its span does not: moments that have gone by.
      current.redraw(true, true);
    });
  }, [plot, props.value]);

  return <div class="chart" role="img" aria-label={props.label} ref={host} data-testid={props.testid} />;
}

function sameData(a: uPlot.AlignedData, b: uPlot.AlignedData): boolean {
  return (
    a.length === b.length &&
    a.every(
      (column, i) => column?.length === b[i]?.length && [...(column ?? [])].every((value, j) => value === b[i]?.[j]),
    )
  );
}
