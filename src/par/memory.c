#include "par/memory.h"

#include "base/text.h"
#include "par/slices.h"
#include "work/forecast.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

/* A rank of Open MPI with OpenBLAS holds 10 to 25 MiB before it has done anything of its own. */
enum { LIBRARIES_MIB = 40 };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t features_bytes(const llr_catalog_t *catalog)
{
    int64_t bytes = 0;
    for (int64_t s = 0; s < catalog->sources; s++) {
        const llr_source_t *source = &catalog->source[s];
        bytes += source->rows * source->dim * llr_dtype_size(source->type);
    }
    return bytes;
}

static int64_t slices_bytes(const llr_catalog_t *catalog, int64_t ranks)
{
    int64_t bytes = 0;
    for (int64_t s = 0; s < catalog->sources; s++)
        bytes += llr_slices_bytes(&catalog->source[s], (int)ranks);
    return bytes;
}

static int64_t row_bytes(const llr_facts_t *facts)
{
    int64_t numbers = facts->shape.kinds + LLR_SPLITS * llr_shape_slots(facts->shape) +
                      facts->shape.classes + facts->shape.groups;
    return (int64_t)sizeof(llr_row_t) + numbers * (int64_t)sizeof(double);
}

/* Components of the pools, and what rank 0 takes while it fits them. */
static void add_bases(llr_memory_need_t *need, const llr_catalog_t *catalog, const llr_job_t *job)
{
    for (int64_t i = 0; i < catalog->datasets; i++) {
        const llr_facts_t *facts = &catalog->facts[i];
        if (!llr_catalog_rotates(job, i)) continue;
        need->shared += llr_basis_numbers(facts->columns, facts->dim) * (int64_t)sizeof(double);
        int64_t fitting = llr_basis_fit_bytes(facts->columns);
        if (fitting > need->fitting) need->fitting = fitting;
    }
}

/* Moments of the pools, what rank 0 takes while it finds them, and the predictions. */
static void add_populations(llr_memory_need_t *need, const llr_catalog_t *catalog,
                            const llr_grid_t *grid)
{
    if (!llr_job_needs_population(grid->job)) return;
    for (int64_t i = 0; i < catalog->datasets; i++) {
        const llr_facts_t *facts = &catalog->facts[i];
        int32_t parts = llr_population_most_parts(facts);
        int64_t own = llr_population_bytes(parts, facts->dim);
        int64_t fitting = own + llr_population_fit_bytes(parts, facts->dim);
        int64_t workspace = llr_forecast_bytes(grid, facts);
        need->shared += own;
        if (fitting > need->fitting) need->fitting = fitting;
        if (workspace > need->workspace) need->workspace = workspace;
    }
    need->shared += llr_forecasts_numbers(grid, catalog->facts) * (int64_t)sizeof(double);
}

llr_memory_need_t llr_memory_need(const llr_catalog_t *catalog, const llr_grid_t *grid)
{
    int64_t ranks = grid->job->ranks_per_unit;
    llr_memory_need_t need = {.ranks = ranks > 1 ? ranks : 1,
                              .libraries = (int64_t)LIBRARIES_MIB << 20};
    if (ranks > 1)
        need.slices = slices_bytes(catalog, ranks);
    else
        need.shared = features_bytes(catalog);
    for (int64_t i = 0; i < catalog->datasets; i++) need.lists += catalog->facts[i].private_bytes;
    for (int64_t u = 0; u < grid->units; u++) {
        const llr_facts_t *facts = &catalog->facts[grid->unit[u].dataset];
        int64_t bytes = llr_unit_bytes(grid, facts, u);
        if (bytes > need.workspace) need.workspace = bytes;
        need.rows += row_bytes(facts) * grid->unit[u].cells;
    }
    add_bases(&need, catalog, grid->job);
    add_populations(&need, catalog, grid);
    return need;
}

int64_t llr_memory_need_rank(const llr_memory_need_t *need)
{
    return need->slices + need->workspace + need->lists + need->libraries;
}

int64_t llr_memory_need_node(const llr_memory_need_t *need, int64_t ranks)
{
    int64_t later = need->rows + need->workspace;
    int64_t first = (need->fitting > later ? need->fitting : later) - need->workspace;
    return need->shared + first + ranks * llr_memory_need_rank(need);
}

/* A number after a word at the start of a line, or the first number of the file (word NULL). */
static int64_t number_in(const char *path, const char *word)
{
    FILE *file = fopen(path, "re");
    if (!file) return -1;
    char line[256];
    long long value = -1;
    while (value < 0 && fgets(line, sizeof line, file)) {
        size_t skip = word ? strlen(word) : 0;
        if (!word || !strncmp(line, word, skip)) sscanf(line + skip, "%lld", &value);
        if (!word) break;
    }
    fclose(file);
    return value;
}

/* Control groups, version 2 then 1: limit less what is used, or INT64_MAX without a limit. */
static int64_t group_available(void)
{
    static const char *const paths[2][2] = {
        {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
        {"/sys/fs/cgroup/memory/memory.limit_in_bytes",
         "/sys/fs/cgroup/memory/memory.usage_in_bytes"}};
    for (int version = 0; version < 2; version++) {
        int64_t limit = number_in(paths[version][0], NULL),
                used = number_in(paths[version][1], NULL);
        if (limit > 0 && used >= 0) return limit > used ? limit - used : 0;
    }
    return INT64_MAX;
}

int64_t llr_memory_available(void)
{
    int64_t free_kib = number_in("/proc/meminfo", "MemAvailable:");
    return least(free_kib < 0 ? INT64_MAX : free_kib * 1024, group_available());
}

int64_t llr_memory_shared_available(void)
{
    struct statvfs about;
    if (statvfs("/dev/shm", &about)) return INT64_MAX;
    return (int64_t)about.f_bavail * (int64_t)about.f_frsize;
}

/* The address space that a limit (ulimit -v) leaves to this process. */
static int64_t address_space(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY) return INT64_MAX;
    long long pages = number_in("/proc/self/statm", NULL);
    int64_t used = pages < 0 ? 0 : pages * 4096;
    return (int64_t)limit.rlim_cur > used ? (int64_t)limit.rlim_cur - used : 0;
}

static llr_code_t compare(int64_t need, int64_t available, const char *what, const char *where,
                          const char *remedy, llr_error_t *error)
{
    char asked[LLR_NUMBER_TEXT], there[LLR_NUMBER_TEXT];
    if (need <= available) return LLR_OK;
    return llr_fail(error, LLR_FAILED, "memory too small: %s need %s, %s has %s; %s", what,
                    llr_bytes_text((double)need, asked), where,
                    llr_bytes_text((double)available, there), remedy);
}

llr_code_t llr_memory_check_slices(const llr_comm_t *comm, const llr_catalog_t *catalog,
                                   int64_t ranks, llr_error_t *error)
{
    return compare(slices_bytes(catalog, ranks) * llr_comm_node_size(comm),
                   least(llr_memory_available(), address_space()), "the slices of the datasets",
                   "this node", "run fewer ranks a node, or ask for more ranks_per_unit", error);
}

llr_code_t llr_memory_check_shared(const llr_comm_t *comm, const llr_catalog_t *catalog,
                                   llr_error_t *error)
{
    int64_t need = features_bytes(catalog);
    if (llr_comm_node_size(comm) > 1)
        LLR_TRY(compare(need, llr_memory_shared_available(), "the datasets", "/dev/shm",
                        "make /dev/shm larger, or run one rank a node", error));
    return compare(need, least(llr_memory_available(), address_space()), "the datasets",
                   "this node", "use nodes with more memory, or fewer datasets a job", error);
}

llr_code_t llr_memory_check_private(const llr_comm_t *comm, const llr_memory_need_t *need,
                                    llr_error_t *error)
{
    int64_t ranks = llr_comm_node_size(comm), mine = need->workspace + need->lists;
    LLR_TRY(compare(mine, address_space(), "the workspace of a rank", "this process",
                    "raise its limit (ulimit -v), or ask for smaller sizes or a smaller unit_size",
                    error));
    return compare(ranks * mine + need->rows, llr_memory_available(), "the workspaces of all ranks",
                   "this node",
                   "run fewer ranks a node, or ask for smaller sizes or a smaller unit_size",
                   error);
}
