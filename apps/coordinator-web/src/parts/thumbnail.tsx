import type { BuiltinScene } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';

/** A built-in scene at a glance: the project's own render of it. */
export function Thumbnail(props: { readonly scene: BuiltinScene }): JSX.Element {
  return <span class={`thumbnail thumbnail-${props.scene}`} aria-hidden="true" />;
}
