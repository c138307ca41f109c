/* Groups of ranks that solve units together (ranks_per_unit), inside a node where possible. */
#ifndef LLR_PAR_GROUP_H
#define LLR_PAR_GROUP_H

#include "par/dist.h"

/* {0} before llr_group_create. Of a rank that is left out, as the ranks that make no whole group
 * are, all members but the first are NULL. */
typedef struct llr_group {
    int64_t ranks;       /* of a group */
    llr_comm_t *comm;    /* owned: the group's; its rank 0 leads it */
    llr_comm_t *leaders; /* owned: of those who lead; NULL on others */
    llr_dist_t *dist;    /* owned: the group as a team */
} llr_group_t;

/* Collective over comm, whose rank 0 leads the first group. LLR_INVALID: comm has too few ranks. */
llr_code_t llr_group_create(llr_group_t *group, llr_comm_t *comm, int64_t ranks,
                            llr_error_t *error);
/* Collective over those who were in the creation. */
void llr_group_destroy(llr_group_t *group);

/* Does this rank lead? */
bool llr_group_leads(const llr_group_t *group);

/* The group of every rank, or -1: node[r] (size) names the node of rank r. Groups are of
 * consecutive ranks of a node; ranks that are left over on their nodes make groups across nodes.
 * Rank 0 has a group. false: out of memory. */
bool llr_group_assign(const int *node, int size, int ranks, int *group);

#endif
