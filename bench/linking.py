"""Linking beside splink (clustering) and datasketch (near-duplicates), one thread each, on the same generated finds.

  cargo build --release -p vigie-link --example scale && pip install datasketch splink && python bench/linking.py

`scale` writes texts and edges of N finds and prints its own times. splink clusters the account-value edges; datasketch shingles, signs,
indexes and queries the first M texts (its time is linear in M). Ours are whole stages: `observe` also reads contacts and pictures,
`solve` also groups texts and pictures, applies every guard and writes reasons.
"""
import json, os, subprocess, sys, tempfile, time

os.environ.update({k: "1" for k in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")})
N, ACCOUNTS, M = (int(a) for a in (sys.argv[1:4] + ["200000", "20000", "20000"][len(sys.argv) - 1:]))
folder = tempfile.mkdtemp()
ours = json.loads(subprocess.run(["target/release/examples/scale", str(N), str(ACCOUNTS), folder], capture_output=True, text=True, check=True).stdout)
print("vigie-link", json.dumps(ours))


def timed(name, count, work):
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:<46} {wall:7.2f} s wall {cpu:7.2f} s CPU {count / cpu:>10.0f}/s CPU  {result}")
    return cpu


from datasketch import MinHash, MinHashLSH

texts = [line.rstrip("\n").lower() for _, line in zip(range(M), open(folder + "/texts.txt", encoding="utf-8"))]


def near():
    shingles = [[" ".join(w[i:i + 3]).encode() for i in range(max(1, len(w) - 2))] for w in (t.split() for t in texts)]
    index = MinHashLSH(threshold=0.7, num_perm=128)
    signatures = MinHash.bulk(shingles, num_perm=128)
    with index.insertion_session() as session:
        for i, m in enumerate(signatures):
            session.insert(i, m, check_duplication=False)
    return sum(len(index.query(m)) for m in signatures)


timed(f"datasketch near-duplicates, {M} texts", M, near)

import duckdb, pandas as pd
from splink import DuckDBAPI
from splink.clustering import cluster_pairwise_predictions_at_threshold

edges = pd.read_csv(folder + "/edges.csv", names=["unique_id_l", "unique_id_r"], dtype=str)
edges["unique_id_r"] = "v" + edges["unique_id_r"]
edges["match_probability"] = 1.0
nodes = pd.DataFrame({"unique_id": pd.unique(pd.concat([edges.unique_id_l, edges.unique_id_r]))})


def cluster():
    connection = duckdb.connect()
    connection.execute("SET threads=1")
    api = DuckDBAPI(connection=connection)
    args = dict(node_id_column_name="unique_id", threshold_match_probability=0.5)
    try:
        found = cluster_pairwise_predictions_at_threshold(nodes, edges, db_api=api, **args)
    except TypeError:
        found = cluster_pairwise_predictions_at_threshold(api.register(nodes), api.register(edges), **args)
    return found.as_pandas_dataframe()["cluster_id"].nunique()


timed(f"splink clustering, {len(edges)} edges", len(edges), cluster)
