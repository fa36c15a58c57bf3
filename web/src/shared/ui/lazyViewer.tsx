import dynamic from 'next/dynamic';
import { Component, type ComponentType, type ReactNode } from 'react';
import { ErrorPanel, Skeleton } from './states';

/** What a part of the page could not show, in its place: the rest of the page stays. */
export class Boundary extends Component<{ children: ReactNode; title?: string }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <ErrorPanel
        title={this.props.title ?? 'This part cannot be shown'}
        error={this.state.error}
        retry={() => this.setState({ error: null })}
      />
    );
  }
}

/**
 * A component that is loaded when it is first shown: viewers, charts, graphs. At the top of a module:
 *
 *     const Plot = lazyViewer(() => import('./Plot'), 'h-72');
 */
export function lazyViewer<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  size = 'h-64',
): ComponentType<Props> {
  const Viewer = dynamic(load, { ssr: false, loading: () => <Skeleton className={`${size} w-full`} /> });
  return function LazyViewer(props: Props) {
    return (
      <Boundary>
        <Viewer {...props} />
      </Boundary>
    );
  };
}
