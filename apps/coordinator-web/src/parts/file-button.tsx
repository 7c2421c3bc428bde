import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

/** A button that opens the browser's file dialog: a real file input lies under its label, so that keys reach it. */
export function FileButton(props: {
  readonly label: string;
  readonly title: string;
  readonly accept: string;
  readonly multiple: boolean;
  readonly disabled: boolean;
  readonly small?: boolean;
  readonly primary?: boolean;
  readonly testid?: string;
  readonly onFiles: (files: readonly File[]) => void;
}): JSX.Element {
  const id = useId();
  const look = `button${props.small === true ? ' button-small' : ''}${props.primary === true ? ' button-primary' : ''}`;
  return (
    <span class="file-button" title={props.title}>
      <input
        id={id}
        type="file"
        accept={props.accept}
        multiple={props.multiple}
        disabled={props.disabled}
        data-testid={props.testid}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // Emptied, so that choosing the same file again is a change too.
          event.currentTarget.value = '';
          if (files.length > 0) props.onFiles(files);
        }}
      />
      <label for={id} class={look}>
        {props.label}
      </label>
    </span>
  );
}
