/** What the arrow keys do in a view that can be turned, for who listens. */
export function KeyHints({ id }: { readonly id: string }) {
  return (
    <p class="visually-hidden" id={id}>
      Arrow keys turn the view, Shift and arrow keys move it across, plus and minus bring it nearer or farther away,
      Home leads back to where it began.
    </p>
  );
}
