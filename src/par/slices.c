#include "par/slices.h"

#include "base/memory.h"
#include "linalg/tile.h"
#include "store/dealt_reader.h"

#include <stdlib.h>
#include <string.h>

/* Blocks a rank should have at least, so that all have about as many rows of each part. Bytes of a
 * block at most; of chunks, as a round reads one block of them; and of a block in a larger chunk.
 */
enum { BLOCKS = 16, BLOCK_BYTES = 4 << 20, CHUNKED_BYTES = 16 << 20, CHUNK_BYTES = 64 << 20 };

static int64_t row_bytes(const llr_source_t *source)
{
    return source->dim * llr_dtype_size(source->type);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Whole chunks where there are enough of them. */
llr_deal_t llr_slices_deal(const llr_source_t *source, int ranks)
{
    int64_t fine = source->rows / (BLOCKS * ranks), chunk = source->block;
    int64_t bytes = chunk > 1 ? CHUNKED_BYTES : BLOCK_BYTES;
    int64_t block = least(fine, bytes / row_bytes(source));
    if (chunk <= block)
        block -= block % chunk;
    else
        block = least(chunk, least(fine, CHUNK_BYTES / row_bytes(source)));
    return (llr_deal_t){source->rows, block > 0 ? block : 1, ranks};
}

int64_t llr_slices_bytes(const llr_source_t *source, int ranks)
{
    return llr_deal_most(llr_slices_deal(source, ranks)) * row_bytes(source);
}

static int rank_of(const llr_slices_t *slices)
{
    return llr_comm_rank(slices->group->comm);
}

/* Reading ----------------------------------------------------------------------------------- */

/* An allocation that fails, or a damaged file, is told before the ranks begin to wait for each
 * other in HDF5. */
static llr_code_t prepare(llr_slices_t *slices, int64_t index, llr_dealt_reader_t *reader,
                          llr_error_t *error)
{
    llr_source_t *source = &slices->catalog->source[index];
    llr_deal_t deal = slices->deal[index];
    int64_t bytes = llr_deal_count(deal, rank_of(slices)) * row_bytes(source);
    slices->rows[index] = llr_alloc(bytes, 1);
    if (!slices->rows[index]) return llr_fail_memory(error, bytes, "a slice of a dataset");
    return llr_dealt_prepare(reader, source, deal, rank_of(slices), error);
}

/* The ranks agree after every round: on what one cannot read, and on what it has found. */
static llr_code_t read_rounds(llr_comm_t *comm, llr_dealt_reader_t *reader, void *rows,
                              llr_error_t *error)
{
    llr_code_t code = llr_dealt_open(reader, llr_comm_mpi_io(comm), error);
    code = llr_comm_agree_after(comm, code, error);
    for (int64_t r = 0; code == LLR_OK && r < llr_dealt_rounds(reader); r++) {
        code = llr_dealt_read(reader, r, rows, error);
        code = llr_comm_agree_after(comm, code, error);
    }
    return code;
}

llr_code_t llr_slices_read(llr_slices_t *slices, int64_t index, llr_error_t *error)
{
    llr_comm_t *comm = slices->group->comm;
    llr_dealt_reader_t reader = {0};
    slices->deal[index] =
        llr_slices_deal(&slices->catalog->source[index], (int)slices->group->ranks);
    llr_code_t code = llr_comm_agree(comm, prepare(slices, index, &reader, error), error);
    if (code == LLR_OK) code = read_rounds(comm, &reader, slices->rows[index], error);
    llr_dealt_close(&reader);
    return code;
}

/* Content id -------------------------------------------------------------------------------- */

/* Blocks of others come one after another, in the order of the rows. */
static void hash_blocks(const llr_slices_t *slices, int64_t index, char *buffer,
                        llr_hasher_t *hasher)
{
    llr_comm_t *comm = slices->group->comm;
    const llr_source_t *source = &slices->catalog->source[index];
    llr_deal_t deal = slices->deal[index];
    int mine = rank_of(slices);
    for (int64_t first = 0; first < source->rows; first += deal.block) {
        int64_t rows = source->rows - first < deal.block ? source->rows - first : deal.block;
        int owner = llr_deal_owner(deal, first);
        int64_t bytes = rows * row_bytes(source);
        const char *here = slices->rows[index] + llr_deal_place(deal, first) * row_bytes(source);
        if (mine && owner == mine) llr_comm_send(comm, 0, LLR_TAG_ROWS, here, bytes);
        if (!mine && owner) llr_comm_receive(comm, owner, LLR_TAG_ROWS, buffer, bytes);
        if (!mine) llr_hasher_add(hasher, owner ? buffer : here, bytes);
    }
}

llr_code_t llr_slices_content(llr_slices_t *slices, int64_t index, llr_hash_t *content,
                              llr_error_t *error)
{
    const llr_source_t *source = &slices->catalog->source[index];
    bool leads = rank_of(slices) == 0;
    int64_t bytes = slices->deal[index].block * row_bytes(source);
    char *buffer = leads ? llr_alloc(bytes, 1) : NULL;
    llr_hasher_t *hasher = leads ? llr_hasher_create() : NULL;
    llr_code_t code = leads && (!buffer || !hasher)
                          ? llr_fail_memory(error, bytes, "a block of a dataset")
                          : LLR_OK;
    code = llr_comm_agree(slices->group->comm, code, error);
    if (code == LLR_OK) hash_blocks(slices, index, buffer, hasher);
    llr_hash_t features = llr_hasher_finish(hasher);
    if (leads) *content = llr_source_combine(source, features);
    free(buffer);
    return code;
}

/* What is here ------------------------------------------------------------------------------ */

/* Where an evaluation row is held: a row of the file by the file's deal; made rows are everywhere,
 * and dealt here. */
static bool is_here(const llr_slices_t *slices, int64_t source, int64_t row, int64_t *place)
{
    llr_deal_t deal = source < 0 ? (llr_deal_t){0, LLR_TILE_ROWS, (int)slices->group->ranks}
                                 : slices->deal[source];
    *place = source < 0 ? row : llr_deal_place(deal, row);
    return llr_deal_owner(deal, row) == rank_of(slices);
}

static llr_code_t list_here(const llr_slices_t *slices, int64_t source, const llr_eval_t *all,
                            llr_eval_t *here, llr_error_t *error)
{
    int64_t place, rows = 0, at = 0;
    for (int64_t i = 0; i < all->rows; i++) rows += is_here(slices, source, all->row[i], &place);
    LLR_TRY(llr_eval_allocate(here, rows, all->group != NULL, error));
    for (int64_t i = 0; i < all->rows; i++) {
        if (!is_here(slices, source, all->row[i], &place)) continue;
        here->row[at] = place;
        here->label[at] = all->label[i];
        if (all->group) here->group[at] = all->group[i];
        at++;
    }
    return LLR_OK;
}

llr_code_t llr_slices_look(llr_slices_t *slices, llr_error_t *error)
{
    const llr_catalog_t *catalog = slices->catalog;
    for (int64_t d = 0; d < catalog->datasets; d++) {
        int64_t source = catalog->source_of[d];
        llr_dataset_t *view = &slices->view[d];
        *view = catalog->dataset[d];
        view->features = source < 0 ? NULL : slices->rows[source];
        for (int s = 0; s < LLR_SPLITS; s++) view->eval[s] = (llr_eval_t){0};
        for (int s = 0; s < LLR_SPLITS; s++)
            LLR_TRY(list_here(slices, source, &catalog->dataset[d].eval[s], &view->eval[s], error));
    }
    return LLR_OK;
}

/* Rows of a sample -------------------------------------------------------------------------- */

/* Rows [first, end) of a sample on their way: where those for each rank, and from each, begin. */
typedef struct window {
    const llr_subsample_t *sample;
    const llr_source_t *source;
    llr_deal_t file, deal; /* of the source's rows, of the sample's */
    int rank;
    int64_t first, end;
    char *out, *in;
    int64_t *out_start, *in_start; /* ranks + 1, bytes */
    int64_t *out_at, *in_at;       /* ranks */
} window_t;

static void lay_out(window_t *window)
{
    int ranks = window->deal.ranks;
    int64_t bytes = row_bytes(window->source);
    memset(window->out_start, 0, (size_t)(ranks + 1) * sizeof *window->out_start);
    memset(window->in_start, 0, (size_t)(ranks + 1) * sizeof *window->in_start);
    for (int64_t i = window->first; i < window->end; i++) {
        int from = llr_deal_owner(window->file, window->sample->row[i]);
        int to = llr_deal_owner(window->deal, i);
        if (from == window->rank) window->out_start[to + 1] += bytes;
        if (to == window->rank) window->in_start[from + 1] += bytes;
    }
    for (int r = 0; r < ranks; r++) {
        window->out_at[r] = window->out_start[r];
        window->in_at[r] = window->in_start[r];
        window->out_start[r + 1] += window->out_start[r];
        window->in_start[r + 1] += window->in_start[r];
    }
}

static void pack(window_t *window, const char *rows)
{
    int64_t bytes = row_bytes(window->source);
    for (int64_t i = window->first; i < window->end; i++) {
        int64_t row = window->sample->row[i];
        int to = llr_deal_owner(window->deal, i);
        if (llr_deal_owner(window->file, row) != window->rank) continue;
        memcpy(window->out + window->out_at[to], rows + llr_deal_place(window->file, row) * bytes,
               (size_t)bytes);
        window->out_at[to] += bytes;
    }
}

static void unpack(window_t *window, double *x)
{
    int64_t bytes = row_bytes(window->source);
    for (int64_t i = window->first; i < window->end; i++) {
        int from = llr_deal_owner(window->file, window->sample->row[i]);
        if (llr_deal_owner(window->deal, i) != window->rank) continue;
        llr_source_widen(window->source, window->in + window->in_at[from], 0,
                         x + llr_deal_place(window->deal, i) * window->source->dim);
        window->in_at[from] += bytes;
    }
}

static llr_code_t take_window(window_t *window, int64_t rows, llr_arena_t *arena,
                              llr_error_t *error)
{
    int64_t ranks = window->deal.ranks, bytes = rows * row_bytes(window->source);
    LLR_TAKE(window->out, arena, bytes, error);
    LLR_TAKE(window->in, arena, bytes, error);
    LLR_TAKE(window->out_start, arena, ranks + 1, error);
    LLR_TAKE(window->in_start, arena, ranks + 1, error);
    LLR_TAKE(window->out_at, arena, ranks + 1, error);
    LLR_TAKE(window->in_at, arena, ranks + 1, error);
    return LLR_OK;
}

static llr_code_t fetch(void *argument, const llr_dataset_t *dataset, const llr_subsample_t *sample,
                        double *x, llr_arena_t *arena, llr_error_t *error)
{
    const llr_slices_t *slices = argument;
    int64_t index = dataset->source - slices->catalog->source;
    int ranks = (int)slices->group->ranks;
    int64_t most = llr_crew_window(ranks, dataset->facts.columns, sample->rows);
    window_t window = {.sample = sample,
                       .source = dataset->source,
                       .file = slices->deal[index],
                       .deal = llr_team_deal(slices->crew.team, sample->rows),
                       .rank = rank_of(slices)};
    LLR_TRY(take_window(&window, most, arena, error));
    for (; window.first < sample->rows; window.first = window.end) {
        window.end = window.first + most < sample->rows ? window.first + most : sample->rows;
        lay_out(&window);
        pack(&window, slices->rows[index]);
        llr_comm_exchange_bytes(slices->group->comm, window.out, window.out_start, window.in,
                                window.in_start);
        unpack(&window, x);
    }
    return LLR_OK;
}

llr_code_t llr_slices_create(llr_slices_t *slices, const llr_group_t *group, llr_catalog_t *catalog,
                             llr_error_t *error)
{
    *slices = (llr_slices_t){.group = group, .catalog = catalog};
    slices->deal = llr_alloc(catalog->sources, sizeof *slices->deal);
    slices->rows = llr_alloc(catalog->sources, sizeof *slices->rows);
    slices->view = llr_alloc(catalog->datasets, sizeof *slices->view);
    slices->crew = (llr_crew_t){llr_dist_team(group->dist), fetch, slices};
    if (slices->deal && slices->rows && slices->view) return LLR_OK;
    return llr_fail_memory(error, catalog->datasets * (int64_t)sizeof *slices->view, "the slices");
}

void llr_slices_destroy(llr_slices_t *slices)
{
    for (int64_t s = 0; slices->rows && s < slices->catalog->sources; s++) free(slices->rows[s]);
    for (int64_t d = 0; slices->view && d < slices->catalog->datasets; d++)
        for (int s = 0; s < LLR_SPLITS; s++) llr_eval_free(&slices->view[d].eval[s]);
    free(slices->deal);
    free(slices->rows);
    free(slices->view);
    *slices = (llr_slices_t){0};
}
