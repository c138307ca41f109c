#include "store/dealt_reader.h"

#include "store/source_check.h"

#include <stddef.h>

static int64_t row_bytes(const llr_dealt_reader_t *reader)
{
    return reader->source->dim * llr_dtype_size(reader->source->type);
}

/* Turns in which every rank has a whole block. */
static int64_t whole_turns(llr_deal_t deal)
{
    return deal.items / (deal.block * deal.ranks);
}

llr_code_t llr_dealt_prepare(llr_dealt_reader_t *reader, llr_source_t *source, llr_deal_t deal,
                             int rank, llr_error_t *error)
{
    *reader = (llr_dealt_reader_t){.source = source, .deal = deal, .rank = rank, .turns = 1};
    return source->dealt ? source->dealt->prepare(reader, error) : LLR_OK;
}

llr_code_t llr_dealt_open(llr_dealt_reader_t *reader, llr_mpi_io_t io, llr_error_t *error)
{
    if (!io.comm) reader->kind = NULL;
    return reader->kind ? reader->kind->open(reader, &io, error) : LLR_OK;
}

void llr_dealt_close(llr_dealt_reader_t *reader)
{
    if (reader->kind) reader->kind->close(reader);
    *reader = (llr_dealt_reader_t){0};
}

int64_t llr_dealt_rounds(const llr_dealt_reader_t *reader)
{
    llr_deal_t deal = reader->deal;
    bool ragged = deal.items % (deal.block * deal.ranks) != 0;
    return (whole_turns(deal) + reader->turns - 1) / reader->turns + ragged;
}

/* The last turn, if a block in it is short or missing, is a round of its own, so that a selection
 * is always one regular hyperslab. */
llr_slab_t llr_dealt_slab(const llr_dealt_reader_t *reader, int64_t round)
{
    llr_deal_t deal = reader->deal;
    int64_t whole = whole_turns(deal), first = round * reader->turns;
    if (first > whole) first = whole;
    int64_t left = whole - first, place = first * deal.block;
    llr_slab_t slab = {.start = llr_deal_item(deal, reader->rank, place),
                       .stride = deal.block * deal.ranks,
                       .count = left < reader->turns ? left : reader->turns,
                       .block = deal.block,
                       .place = place};
    if (left) return slab;
    slab.block = llr_deal_count(deal, reader->rank) - place;
    slab.count = slab.block > 0;
    return slab;
}

static llr_code_t read_alone(const llr_dealt_reader_t *reader, const llr_slab_t *slab, char *out,
                             llr_error_t *error)
{
    for (int64_t b = 0; b < slab->count; b++)
        LLR_TRY(reader->source->read(reader->source, slab->start + b * slab->stride, slab->block,
                                     out + b * slab->block * row_bytes(reader), error));
    return LLR_OK;
}

static llr_code_t check_finite(const llr_dealt_reader_t *reader, const llr_slab_t *slab,
                               const char *x, llr_error_t *error)
{
    const llr_source_t *source = reader->source;
    int64_t rows = slab->count * slab->block;
    int64_t bad = llr_source_find_nonfinite(source->type, source->dim, rows, x);
    if (bad < 0) return LLR_OK;
    return llr_source_fail_nonfinite(
        source, " /features:", llr_deal_item(reader->deal, reader->rank, slab->place + bad),
        x + bad * row_bytes(reader), error);
}

llr_code_t llr_dealt_read(llr_dealt_reader_t *reader, int64_t round, void *local,
                          llr_error_t *error)
{
    llr_slab_t slab = llr_dealt_slab(reader, round);
    char *out = (char *)local + slab.place * row_bytes(reader);
    if (!reader->kind) return read_alone(reader, &slab, out, error);
    LLR_TRY(reader->kind->read(reader, &slab, out, error));
    return check_finite(reader, &slab, out, error);
}
