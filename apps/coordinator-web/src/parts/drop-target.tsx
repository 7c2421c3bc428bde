import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Page } from '../page.js';

/** The whole page takes files; while some hover over it, it says so. */
export function DropTarget(props: { readonly page: Page }): JSX.Element | null {
  const { page } = props;
  const over = useSignal(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    window.addEventListener(
      'dragover',
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        over.value = true;
      },
      { signal },
    );
    window.addEventListener(
      'dragleave',
      (event) => {
        if (event.relatedTarget === null) over.value = false;
      },
      { signal },
    );
    window.addEventListener(
      'drop',
      (event) => {
        over.value = false;
        if (!hasFiles(event)) return;
        event.preventDefault();
        const files = [...(event.dataTransfer?.files ?? [])];
        if (page.kind.value === 'physics') page.takeWorld(files);
        else void page.takeFiles(files);
      },
      { signal },
    );
    return () => stop.abort();
  }, [page, over]);
  if (!over.value) return null;
  return (
    <div class="drop-target" aria-hidden="true">
      <p>Drop the {page.kind.value === 'physics' ? 'world' : 'scene'} here</p>
    </div>
  );
}
