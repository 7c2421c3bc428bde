import type { JSX } from 'preact';
import type { Page } from '../page.js';
import { BUILTIN_SCENES } from '../words/builtin-scenes.js';
import { FileButton } from './file-button.jsx';
import { Thumbnail } from './thumbnail.jsx';

/** Nothing chosen yet: the ways to begin, side by side. */
export function EmptyStage(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  return (
    <div class="empty" data-testid="empty">
      <p class="empty-title">What shall your browser tabs render?</p>
      <ul class="scene-cards">
        {BUILTIN_SCENES.map((scene) => (
          <li key={scene.name}>
            <button
              type="button"
              class="scene-card"
              data-scene={scene.name}
              onClick={() => void page.chooseBuiltin(scene.name)}
            >
              <Thumbnail scene={scene.name} />
              <span class="scene-card-title">{scene.title}</span>
              <span class="small soft">{scene.about}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="row empty-drop">
        <span>
          Or drop a <code>.glb</code> anywhere on this page, with an <code>.hdr</code> for its light if you have one.
        </span>
        <FileButton
          label="Open a file…"
          title="A .glb, or a .gltf together with its .bin and images"
          accept=".glb,.gltf,.bin,.png,.jpg,.jpeg,.webp,.hdr"
          multiple={true}
          disabled={false}
          small={true}
          onFiles={(files) => void page.takeFiles(files)}
        />
      </p>
    </div>
  );
}
