import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { ChartWords } from '../words/chart-words.js';

/** A chart with its title and a sentence that says the same; or the numbers as a table. */
export function Figure(props: {
  readonly name: string;
  readonly title: string;
  readonly words: ChartWords;
  readonly tables: boolean;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { words } = props;
  const id = useId();
  return (
    <figure
      class={props.wide === true ? 'wide' : ''}
      aria-labelledby={`${id}-title`}
      data-testid={`chart-${props.name}`}
    >
      <figcaption>
        <h4 id={`${id}-title`}>{props.title}</h4>
        <p class="small soft">{words.sentence}</p>
      </figcaption>
      {words.rows.length === 0 ? null : props.tables ? <Numbers words={words} title={props.title} /> : props.children}
    </figure>
  );
}

function Numbers(props: { readonly words: ChartWords; readonly title: string }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by key
    <section class="table-scroll" tabIndex={0} aria-label={`Numbers of: ${props.title}`}>
      <table class="table">
        <thead>
          <tr>
            {props.words.head.map((name, i) => (
              <th key={name} scope="col" class={i === 0 ? '' : 'number'}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.words.rows.map((row) => (
            <tr key={row.join()}>
              {row.map((cell, i) => (
                <td key={props.words.head[i]} class={i === 0 ? '' : 'number'}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the marks stand for; the lines differ in more than colour. */
export function Key(props: {
  readonly items: readonly (readonly [mark: 'dot' | 'line' | 'bold' | 'dash' | 'dots', text: string])[];
}): JSX.Element {
  return (
    <p class="chart-key small soft">
      {props.items.map(([mark, text]) => (
        <span key={text}>
          <span class={`key-mark key-${mark}`} aria-hidden="true" />
          {text}
        </span>
      ))}
    </p>
  );
}
