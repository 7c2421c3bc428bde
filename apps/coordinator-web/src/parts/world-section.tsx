import { BUILTIN_WORLDS } from '@tabgrid/assets/worlds/names';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { WORLD_WORDS } from '../words/worlds.js';
import { FileButton } from './file-button.jsx';
import { ProblemNote } from './problem-note.jsx';

/** Which world of bodies: a built-in one or a file. */
export function WorldSection(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const file = page.worldFile.value;
  const { world } = page.simulation.value;
  return (
    <section class="part" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>World</h2>
      <div class="scene-choice">
        <label class="visually-hidden" for={`${id}-builtin`}>
          Built-in world
        </label>
        <select
          id={`${id}-builtin`}
          class="select"
          data-testid="world-builtin"
          value={file === null ? world : ''}
          aria-describedby={`${id}-about`}
          onChange={(event) => page.chooseWorld(event.currentTarget.value)}
        >
          {file === null ? null : (
            <option value="" disabled={true}>
              {file.name}
            </option>
          )}
          {BUILTIN_WORLDS.map((name) => (
            <option key={name} value={name}>
              {WORLD_WORDS[name].title}
            </option>
          ))}
        </select>
        <FileButton
          label="Open file…"
          title="A world as .json, or a .glb or .gltf whose meshes become bodies"
          accept=".json,.glb,.gltf"
          multiple={false}
          disabled={false}
          testid="world-file"
          onFiles={(files) => page.takeWorld(files)}
        />
      </div>
      <p class="small soft" id={`${id}-about`} data-testid="world-about">
        {file === null
          ? WORLD_WORDS[world].about
          : 'Your own world: meshes become boxes or spheres, or a .json says what there is. It is read when the simulation starts.'}
      </p>
      <ProblemNote page={page} place="world" />
    </section>
  );
}
