#include "model/row.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "blocks are stored as they lie in memory");

enum { BLOCK_VERSION = 4 };

/* What stands before the rows. */
typedef struct block_head {
    char magic[8];
    int64_t version, rows, classes, groups, kinds;
    double begun, ended;
    char host[64];
} block_head_t;

/* A row without its weights, rates and predicted errors, which follow it. */
typedef struct packed_row {
    int64_t status, iterations, n_used, rank, rank_id;
    double objective, gradient_norm, certified_gap, df, gamma, rho, seconds, theory_df;
} packed_row_t;

static const char magic[8] = "llrblock";

static int64_t numbers_of(llr_shape_t shape)
{
    return shape.kinds + LLR_SPLITS * llr_shape_slots(shape) + shape.classes + shape.groups;
}

llr_code_t llr_block_create(llr_block_t *block, int64_t rows, llr_shape_t shape, llr_error_t *error)
{
    int64_t numbers = numbers_of(shape);
    *block = (llr_block_t){.rows = rows, .shape = shape};
    block->row = llr_alloc(rows, sizeof *block->row);
    block->numbers = llr_alloc(rows * numbers, sizeof *block->numbers);
    if (!block->row || !block->numbers) {
        llr_block_destroy(block);
        return llr_fail_memory(error, rows * numbers * (int64_t)sizeof(double), "table rows");
    }
    for (int64_t r = 0; r < rows; r++) {
        block->row[r].weight = block->numbers + r * numbers;
        block->row[r].rate = block->row[r].weight + shape.kinds;
        block->row[r].theory_error = block->row[r].rate + LLR_SPLITS * llr_shape_slots(shape);
    }
    return LLR_OK;
}

double llr_block_seconds(const llr_block_t *block)
{
    double seconds = 0;
    for (int64_t r = 0; r < block->rows; r++) seconds += block->row[r].seconds;
    return seconds;
}

void llr_block_destroy(llr_block_t *block)
{
    free(block->row);
    free(block->numbers);
    *block = (llr_block_t){0};
}

static packed_row_t pack_row(const llr_row_t *row)
{
    return (packed_row_t){.status = row->fit.status,
                          .iterations = row->fit.iterations,
                          .n_used = row->n_used,
                          .rank = row->rank,
                          .rank_id = row->rank_id,
                          .objective = row->fit.objective,
                          .gradient_norm = row->fit.gradient_norm,
                          .certified_gap = row->fit.certified_gap,
                          .df = row->fit.df,
                          .gamma = row->gamma,
                          .rho = row->rho,
                          .seconds = row->seconds,
                          .theory_df = row->theory_df};
}

static void unpack_row(const packed_row_t *packed, llr_row_t *row)
{
    row->fit = (llr_fit_t){(llr_fit_status_t)packed->status,
                           packed->iterations,
                           packed->objective,
                           packed->gradient_norm,
                           packed->certified_gap,
                           packed->df};
    row->n_used = packed->n_used;
    row->rank = packed->rank;
    row->rank_id = packed->rank_id;
    row->gamma = packed->gamma;
    row->rho = packed->rho;
    row->seconds = packed->seconds;
    row->theory_df = packed->theory_df;
}

static int64_t packed_row_bytes(llr_shape_t shape)
{
    return (int64_t)sizeof(packed_row_t) + numbers_of(shape) * (int64_t)sizeof(double);
}

void llr_block_pack(const llr_block_t *block, llr_text_t *out)
{
    block_head_t head = {.version = BLOCK_VERSION,
                         .rows = block->rows,
                         .classes = block->shape.classes,
                         .groups = block->shape.groups,
                         .kinds = block->shape.kinds,
                         .begun = block->begun,
                         .ended = block->ended};
    int64_t numbers = numbers_of(block->shape);
    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.host, block->host, sizeof head.host);
    llr_text_room(out, (int64_t)sizeof head + block->rows * packed_row_bytes(block->shape));
    llr_text_add_bytes(out, &head, sizeof head);
    for (int64_t r = 0; r < block->rows; r++) {
        packed_row_t packed = pack_row(&block->row[r]);
        llr_text_add_bytes(out, &packed, sizeof packed);
        llr_text_add_bytes(out, block->row[r].weight, numbers * (int64_t)sizeof(double));
    }
}

static llr_code_t check_head(const void *bytes, int64_t count, int64_t rows, llr_shape_t shape,
                             llr_error_t *error)
{
    block_head_t head = {0};
    int64_t a_row = packed_row_bytes(shape);
    if (count >= (int64_t)sizeof head) memcpy(&head, bytes, sizeof head);
    if (memcmp(head.magic, magic, sizeof magic) || head.version != BLOCK_VERSION)
        return llr_fail(error, LLR_FAILED,
                        "rows in a form that this version of llrsweep does not read");
    if (head.rows != rows || head.classes != shape.classes || head.groups != shape.groups ||
        head.kinds != shape.kinds || count != (int64_t)sizeof head + rows * a_row)
        return llr_fail(error, LLR_FAILED,
                        "rows of another shape: %lld rows, %lld classes, %lld groups in %lld bytes",
                        (long long)head.rows, (long long)head.classes, (long long)head.groups,
                        (long long)count);
    return LLR_OK;
}

llr_code_t llr_block_unpack(llr_block_t *block, const void *bytes, int64_t count, int64_t rows,
                            llr_shape_t shape, llr_error_t *error)
{
    const char *at = bytes;
    size_t numbers = (size_t)numbers_of(shape) * sizeof(double);
    LLR_TRY(check_head(bytes, count, rows, shape, error));
    LLR_TRY(llr_block_create(block, rows, shape, error));
    block_head_t head;
    memcpy(&head, bytes, sizeof head);
    block->begun = head.begun;
    block->ended = head.ended;
    memcpy(block->host, head.host, sizeof block->host);
    block->host[sizeof block->host - 1] = '\0';
    at += sizeof(block_head_t);
    for (int64_t r = 0; r < rows; r++) {
        packed_row_t packed;
        memcpy(&packed, at, sizeof packed);
        if (packed.status < 0 || packed.status >= LLR_FIT_STATUS_COUNT) {
            llr_block_destroy(block);
            return llr_fail(error, LLR_FAILED, "row %lld has a status that is not known",
                            (long long)r);
        }
        unpack_row(&packed, &block->row[r]);
        memcpy(block->row[r].weight, at + sizeof packed, numbers);
        at += sizeof packed + numbers;
    }
    return LLR_OK;
}

llr_hash_t llr_block_result(const llr_block_t *block)
{
    llr_block_t bare = *block;
    llr_text_t bytes = {0};
    memset(bare.host, 0, sizeof bare.host);
    bare.begun = bare.ended = 0;
    bare.row = llr_alloc(block->rows, sizeof *bare.row);
    for (int64_t r = 0; bare.row && r < block->rows; r++) {
        bare.row[r] = block->row[r];
        bare.row[r].seconds = 0;
        bare.row[r].rank_id = 0;
    }
    if (bare.row) llr_block_pack(&bare, &bytes);
    llr_hash_t hash = llr_hash_bytes(bytes.data ? bytes.data : "", bytes.length);
    llr_text_destroy(&bytes);
    free(bare.row);
    return hash;
}

/* Mean, ends and spread of the rates that are there. */
typedef struct span {
    double mean, least, most, gap;
    int64_t least_at; /* place of the least, -1 where there is none */
} span_t;

/* rate: count of them, stride apart. */
static span_t span_of(const double *rate, int64_t count, int64_t stride)
{
    double sum = 0;
    span_t span = {NAN, INFINITY, -INFINITY, NAN, -1};
    int64_t present = 0;
    for (int64_t i = 0; i < count; i++) {
        double value = rate[i * stride];
        if (isnan(value)) continue;
        present++;
        sum += value;
        if (value > span.most) span.most = value;
        if (value >= span.least) continue;
        span.least = value;
        span.least_at = i;
    }
    if (!present) return (span_t){NAN, NAN, NAN, NAN, -1};
    span.mean = sum / (double)present;
    span.gap = span.most - span.least;
    return span;
}

/* Shares by counts of rows; by the priors where rates are exact. */
static double overall(const double *rate, const llr_facts_t *facts, const int64_t *count)
{
    double right = 0, all = 0;
    for (int32_t c = 0; c < facts->shape.classes; c++) {
        if (isnan(rate[c])) continue;
        bool exact = facts->synthetic && !count[c];
        double share = exact ? facts->pool_prior[c] : (double)count[c];
        right += exact ? rate[c] * share : round(rate[c] * share);
        all += share;
    }
    return all > 0 ? right / all : NAN;
}

llr_summary_t llr_row_summary(const llr_row_t *row, const llr_facts_t *facts, llr_split_t split)
{
    int64_t slots = llr_shape_slots(facts->shape);
    int32_t classes = facts->shape.classes, groups = facts->shape.groups;
    const double *rate = row->rate + split * slots;
    const int64_t *count = facts->eval_count + split * slots;
    span_t by_class = span_of(rate, classes, 1), by_group = span_of(rate + classes, groups, 1);
    llr_summary_t summary = {.overall = overall(rate, facts, count),
                             .balanced = by_class.mean,
                             .worst_class = by_class.least,
                             .worst_group = by_group.least,
                             .class_gap = by_class.gap,
                             .group_gap = by_group.gap,
                             .tpr_gap = NAN,
                             .fpr_gap = NAN};
    for (int32_t c = 0; c < classes; c++) summary.count += count[c];
    if (by_class.least_at >= 0) summary.worst_class_count = count[by_class.least_at];
    if (by_group.least_at >= 0) summary.worst_group_count = count[classes + by_group.least_at];
    if (classes != 2 || !groups) return summary;
    /* A rate of false class 1 is 1 minus an accuracy on class 0: the same gap. */
    const double *odds = rate + llr_shape_slot(facts->shape, 0, 0);
    summary.fpr_gap = span_of(odds, groups, 2).gap;
    summary.tpr_gap = span_of(odds + 1, groups, 2).gap;
    return summary;
}

llr_outlook_t llr_row_outlook(const llr_row_t *row, llr_shape_t shape)
{
    span_t by_class = span_of(row->theory_error, shape.classes, 1),
           by_group = span_of(row->theory_error + shape.classes, shape.groups, 1);
    return (llr_outlook_t){
        .balanced = by_class.mean, .worst_class = by_class.most, .worst_group = by_group.most};
}

void llr_row_forget_theory(llr_row_t *row, llr_shape_t shape)
{
    row->theory_df = NAN;
    for (int32_t s = 0; s < shape.classes + shape.groups; s++) row->theory_error[s] = NAN;
}
