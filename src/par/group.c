#include "par/group.h"

#include "base/memory.h"

#include <stdlib.h>

/* Deals the ranks that have no group (only those of a node, where node >= 0) into groups, from the
 * first on; the last ones may be left over. chosen: scratch, size. Returns the next group. */
static int deal(const int *node, int size, int ranks, int which, int next, int *group, int *chosen)
{
    int count = 0;
    for (int r = 0; r < size; r++) {
        if (group[r] >= 0 || (which >= 0 && node[r] != which)) continue;
        chosen[count++] = r;
        if (count < ranks) continue;
        while (count) group[chosen[--count]] = next;
        next++;
    }
    return next;
}

bool llr_group_assign(const int *node, int size, int ranks, int *group)
{
    int *chosen = llr_alloc(size, sizeof *chosen), next = 0;
    if (!chosen) return false;
    for (int r = 0; r < size; r++) group[r] = -1;
    for (int r = 0; r < size; r++)
        if (node[r] == r) next = deal(node, size, ranks, r, next, group, chosen);
    deal(node, size, ranks, -1, next, group, chosen);
    /* The journal is written by rank 0. */
    for (int r = 0; r < size && group[0] < 0; r++) group[r] = -1;
    if (group[0] < 0) deal(node, size, ranks, -1, 0, group, chosen);
    free(chosen);
    return true;
}

static llr_code_t assign(llr_comm_t *comm, int64_t ranks, int *mine, llr_error_t *error)
{
    int size = llr_comm_size(comm);
    int *node = llr_alloc(size, sizeof *node), *group = llr_alloc(size, sizeof *group);
    llr_code_t code = node && group ? LLR_OK : llr_fail_memory(error, size * 8, "the groups");
    code = llr_comm_agree(comm, code, error);
    if (code == LLR_OK) llr_comm_node_of_all(comm, node);
    if (code == LLR_OK && !llr_group_assign(node, size, (int)ranks, group))
        code = llr_fail_memory(error, size * 4, "the groups");
    *mine = code == LLR_OK ? group[llr_comm_rank(comm)] : -1;
    free(node);
    free(group);
    return code;
}

llr_code_t llr_group_create(llr_group_t *group, llr_comm_t *comm, int64_t ranks, llr_error_t *error)
{
    int mine;
    *group = (llr_group_t){.ranks = ranks};
    if (llr_comm_size(comm) < ranks)
        return llr_fail(error, LLR_INVALID,
                        "ranks_per_unit: %lld, but the run has %d rank%s; start it with that many "
                        "or more (mpirun -n %lld)",
                        (long long)ranks, llr_comm_size(comm), llr_comm_size(comm) == 1 ? "" : "s",
                        (long long)ranks);
    LLR_TRY(llr_comm_agree(comm, assign(comm, ranks, &mine, error), error));
    LLR_TRY(llr_comm_agree(comm, llr_comm_split(comm, mine, &group->comm, error), error));
    bool leads = group->comm && llr_comm_rank(group->comm) == 0;
    llr_code_t code = llr_comm_split(comm, leads ? 0 : -1, &group->leaders, error);
    LLR_TRY(llr_comm_agree(comm, code, error));
    code = group->comm ? llr_dist_create(&group->dist, group->comm, error) : LLR_OK;
    return llr_comm_agree(comm, code, error);
}

void llr_group_destroy(llr_group_t *group)
{
    llr_dist_destroy(&group->dist);
    llr_comm_destroy(&group->leaders);
    llr_comm_destroy(&group->comm);
}

bool llr_group_leads(const llr_group_t *group)
{
    return group->leaders != NULL;
}
