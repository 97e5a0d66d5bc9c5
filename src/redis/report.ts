/** What the connections to Redis tell. */
export interface Report {
  /** Before the connection is replaced because its server is a replica. */
  onReplica(error: Error): void;
  /** There is no connection, or one to a master of a cluster is missing. */
  onFailure(error: Error): void;
  /** @param again it has not worked for a while */
  onWorks(again: boolean): void;
}
