import type { Orbit } from '@tabgrid/assets/math/orbit';
import type { PreparedWorld } from '@tabgrid/coordinator/simulation/api';
import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Page } from '../page.js';
import { driveWorld, type WorldSource } from '../simulation/drive-world.js';
import { orbitOfWorld } from '../simulation/framing.js';
import type { ColourBy } from '../simulation/instances.js';
import { bindGestures } from '../viewport/gestures.js';
import { moved } from '../viewport/moves.js';
import { KeyHints } from './key-hints.jsx';

/** How a world is looked at. */
export interface Looks {
  readonly by: ColourBy;
  readonly ghosts: boolean;
}

/** From where a world was looked at last: the same world goes on from there. */
export interface Stand {
  readonly of: string;
  readonly orbit: Orbit;
}

/** A ref that outlives views of the same world. */
export interface Standpoint {
  current: Stand | null;
}

/** A world of bodies, from a camera that hands and keys move. For another world, give it another `key`. */
export function WorldView(props: {
  readonly page: Page;
  readonly prepared: Pick<PreparedWorld, 'title' | 'world' | 'camera'>;
  readonly source: Omit<WorldSource, 'world'>;
  readonly looks: Looks;
  readonly stand: Standpoint;
  /** What is shown of it, for those who do not see it. */
  readonly about: string;
}): JSX.Element {
  const { page, prepared, source, stand } = props;
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const looks = useRef(props.looks);
  const redraw = useRef(() => {});
  const [blind, setBlind] = useState(false);
  looks.current = props.looks;

  useEffect(() => {
    if (frame.current === null || canvas.current === null) return;
    const { world, title } = prepared;
    const of = `${title} ${world.bodies.length}`;
    const home = orbitOfWorld(world, prepared.camera);
    if (stand.current?.of !== of) stand.current = { of, orbit: home };
    const driver = driveWorld(canvas.current, { ...source, world }, () => ({
      ...looks.current,
      frame: page.playback.frame.value,
      orbit: stand.current?.orbit ?? home,
    }));
    if (driver === null) {
      setBlind(true);
      return;
    }
    const { request } = driver;
    redraw.current = request;
    const unbind = bindGestures(frame.current, (move) => {
      stand.current = { of, orbit: moved(stand.current?.orbit ?? home, move, home) };
      request();
    });
    const unview = page.view.subscribe(request);
    const unframe = page.playback.frame.subscribe(request);
    return () => {
      unbind();
      unview();
      unframe();
      driver.stop();
    };
  }, [page, prepared, source, stand]);
  useEffect(() => redraw.current(), [props.looks]);

  return (
    <>
      <div
        ref={frame}
        class="world viewport"
        role="application"
        aria-roledescription="movable view"
        aria-label={`View of ${prepared.title}`}
        aria-describedby={`${id}-keys`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys, as an application does
        tabIndex={0}
      >
        <canvas ref={canvas} role="img" aria-label={props.about} data-testid="simulation-view" />
        {blind ? (
          <p class="picture-words">
            This browser cannot draw the world: it has no WebGL 2. The simulation runs all the same.
          </p>
        ) : null}
      </div>
      <KeyHints id={`${id}-keys`} />
    </>
  );
}
