import type { SceneView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { BUILTIN_SCENES, builtinOf, titleOf } from '../words/builtin-scenes.js';
import { formatBytes, plural } from '../words/format.js';
import { FileButton } from './file-button.jsx';
import { ProblemNote } from './problem-note.jsx';
import { TimeField } from './time-field.jsx';

/** Which scene, and under which light. */
export function SceneSection(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const { scene, preparing } = page.view.value;
  const choice = page.choice.value;
  return (
    <section class="part" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Scene</h2>
      <div class="scene-choice">
        <label class="visually-hidden" for={`${id}-builtin`}>
          Built-in scene
        </label>
        <select
          id={`${id}-builtin`}
          class="select"
          data-testid="scene-builtin"
          value={choice.kind === 'builtin' ? choice.name : ''}
          onChange={(event) => {
            const name = builtinOf(event.currentTarget.value);
            if (name !== null) void page.chooseBuiltin(name);
          }}
        >
          <option value="" disabled={true}>
            {choice.kind === 'file' ? choice.name : 'Choose a built-in scene'}
          </option>
          {BUILTIN_SCENES.map((builtin) => (
            <option key={builtin.name} value={builtin.name}>
              {builtin.title}
            </option>
          ))}
        </select>
        <FileButton
          label="Open file…"
          title="A .glb, or a .gltf together with its .bin and images"
          accept=".glb,.gltf,.bin,.png,.jpg,.jpeg,.webp,.hdr"
          multiple={true}
          disabled={false}
          testid="scene-file"
          onFiles={(files) => void page.takeFiles(files)}
        />
      </div>
      <ProblemNote page={page} place="scene" />
      {preparing === null ? null : (
        <p class="small soft preparing">
          <span class="lamp lamp-on" aria-hidden="true" /> Preparing {titleOf(preparing)}…
        </p>
      )}
      {scene === null ? null : <SceneFacts scene={scene} />}
      {scene === null ? null : <TimeField page={page} scene={scene} />}
      {scene === null ? null : <Light page={page} scene={scene} />}
      <ProblemNote page={page} place="environment" />
    </section>
  );
}

function SceneFacts(props: { readonly scene: SceneView }): JSX.Element {
  const { scene } = props;
  const facts = [
    plural(scene.triangles, 'triangle'),
    plural(scene.materials, 'material'),
    ...(scene.textures === 0 ? [] : [plural(scene.textures, 'texture')]),
    formatBytes(scene.bytes),
  ];
  return (
    <>
      <p class="small soft" data-testid="scene-facts">
        <strong class="ink">{titleOf(scene.name)}</strong> · {facts.join(' · ')}
      </p>
      {scene.warnings.length === 0 ? null : (
        <details class="notice notice-warn small" open={scene.warnings.length < 3}>
          <summary>{plural(scene.warnings.length, 'thing')} in this file will look different</summary>
          <ul class="scene-warnings">
            {scene.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Light(props: { readonly page: Page; readonly scene: SceneView }): JSX.Element {
  const { page, scene } = props;
  return (
    <div class="row spread light">
      <span class="small light-name">
        <span class="soft">Surroundings: </span>
        {scene.environment ?? 'automatic'}
      </span>
      <span class="row light-actions">
        {scene.environment === null ? null : (
          <button
            type="button"
            class="button button-small button-quiet"
            data-testid="environment-clear"
            onClick={() => void page.chooseEnvironment(null)}
          >
            Remove
          </button>
        )}
        <FileButton
          label="Open .hdr…"
          title="A Radiance .hdr picture of the surroundings"
          accept=".hdr"
          multiple={false}
          disabled={false}
          small={true}
          testid="environment-file"
          onFiles={(files) => void page.chooseEnvironment(files[0] ?? null)}
        />
      </span>
    </div>
  );
}
