namespace Drover.Bench;

static class Usage
{
    public const string Text = """
        bench/run [options]            Drover, one Kestrel process and Node's cluster side by side
          --rounds N                   how often everything is measured, in turns (5)
          --seconds N                  length of each load (4)
          --warmup N                   seconds of the same load before it (2)
          --workers N                  workers of a cluster (2)
          --connections N              connections of the HTTP client (64)
          --spawns N                   workers started one after the other in a round (10)
          --only NAME                  only this measure or target; may be repeated
                                       measures: keep-alive new-connections primary-cpu sequential
                                       pipelined one-way spawn primary-memory worker-memory
                                       targets: kestrel drover-rr drover-shared node-rr node-shared
                                       drover node
          --quick                      1 round of 1 s: does everything run? The numbers mean little
          --out FILE                   where the JSON goes; the picture goes beside it
                                       (bench/results/latest.json; a quick or partial run: results/local/)

        bench/run article [options]    CPU-bound requests on 1 to 8 workers of a fixed CPU share; crashes
          --workers N,N,...            numbers of workers (1,2,4,8); the last one is repeated with crashes
          --seconds N                  length of each load (10)
          --warmup N                   seconds of the same load before it (3)
          --share PERCENT              of one core for each worker (60 % of the machine, divided by 8)
          --clients N                  concurrent clients (the article's 500, times the share)
          --crash-within N             each worker exits at a random moment within so many seconds (10)
          --seed N                     of these moments (1)
          --node                       the same on Node's cluster too
          --duty-cycle                 hold the share by SIGSTOP and SIGCONT even where cgroups can be used
          --quick                      2 s, 1 and 2 workers
          --out FILE                   where the JSON goes (bench/results/article.json; quick: local/)

        bench/run survival [options]   what a kill, a reload and a stopped worker cost: Drover, Node's cluster, PM2, nginx
          --rounds N                   how often everything is measured, in turns (5)
          --kills N                    kill -9 of a worker in each round of each target (2)
          --reloads N                  reloads in each round of each target (2)
          --stall N                    seconds for which a worker is stopped (5)
          --rate N                     requests per second meanwhile (1000)
          --connections N              connections that are kept (64)
          --pairs N                    loads with and without kept connections in each round (8)
          --only NAME                  only this measure or target; may be repeated
                                       measures: kill-keep-alive kill-new reload-keep-alive reload-new
                                       stall-ratio table-cost recovery
                                       targets: drover-rr drover-shared drover-spare drover-without-table
                                       node-rr pm2 nginx
          --quick                      1 round of short ones: does everything run? The numbers mean little
          --markdown FILE              the tables as Markdown too
          --out FILE                   where the JSON goes; the picture goes beside it
                                       (bench/results/survival.json; a quick or partial run: results/local/)
        """;
}
