/**
 * A flow network whose minimum cut is wanted (Dinic, 1970). Vertices are numbered from 0; vertex 0 is the source and
 * vertex 1 the sink.
 */
export class FlowNetwork {
  static readonly SOURCE = 0;
  static readonly SINK = 1;
  private readonly edges: { to: number; room: number }[] = [];
  private readonly leaving: number[][] = [[], []];

  vertex(): number {
    this.leaving.push([]);
    return this.leaving.length - 1;
  }

  /** An edge of the given capacity; its reverse has none. Edges are stored in pairs, so `i ^ 1` is the reverse of `i`. */
  edge(from: number, to: number, capacity: number): void {
    this.leaving[from]!.push(this.edges.length);
    this.edges.push({ to, room: capacity });
    this.leaving[to]!.push(this.edges.length);
    this.edges.push({ to: from, room: 0 });
  }

  /** Sends all the flow there is; answers the vertices that can still be reached from the source: its side of the cut. */
  minimumCut(): Set<number> {
    for (;;) {
      const levels = this.levels();
      if (!levels.has(FlowNetwork.SINK)) return new Set(levels.keys());
      const next = this.leaving.map(() => 0);
      while (this.push(FlowNetwork.SOURCE, Number.POSITIVE_INFINITY, levels, next) > 0);
    }
  }

  private levels(): Map<number, number> {
    const levels = new Map([[FlowNetwork.SOURCE, 0]]);
    for (const [vertex, level] of levels) {
      for (const index of this.leaving[vertex]!) {
        const { to, room } = this.edges[index]!;
        if (room > 0 && !levels.has(to)) levels.set(to, level + 1);
      }
    }
    return levels;
  }

  private push(vertex: number, flow: number, levels: Map<number, number>, next: number[]): number {
    if (vertex === FlowNetwork.SINK) return flow;
    const leaving = this.leaving[vertex]!;
    for (; next[vertex]! < leaving.length; next[vertex]!++) {
      const index = leaving[next[vertex]!]!;
      const { to, room } = this.edges[index]!;
      if (room <= 0 || levels.get(to) !== levels.get(vertex)! + 1) continue;
      const sent = this.push(to, Math.min(flow, room), levels, next);
      if (sent > 0) {
        this.edges[index]!.room -= sent;
        this.edges[index ^ 1]!.room += sent;
        return sent;
      }
    }
    return 0;
  }
}
