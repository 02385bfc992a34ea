import { render } from 'preact';
import { App } from './app.tsx';
import { startEngine } from './engine.ts';

// The token works once, so it need not stay in the address bar and the history.
history.replaceState(undefined, '', '/');

const root = document.getElementById('app') as HTMLElement;
try {
  const engine = startEngine();
  const text = await recordingText();
  const opened = await engine.open(text);
  root.replaceChildren();
  render(<App engine={engine} opened={opened} />, root);
} catch (error) {
  root.replaceChildren();
  render(<Failure message={error instanceof Error ? error.message : String(error)} />, root);
}

async function recordingText(): Promise<string> {
  const response = await fetch('recording');
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

function Failure({ message }: { readonly message: string }) {
  return (
    <main class="failure">
      <h1>There is nothing to show</h1>
      <p role="alert">{message}</p>
    </main>
  );
}
