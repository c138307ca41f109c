#include "model/grid.h"

#include "base/memory.h"
#include "base/real.h"

#include <stdlib.h>
#include <string.h>

static void add_weighting(llr_grid_t *grid, llr_rule_t rule, double value)
{
    grid->weighting[grid->weightings++] = (llr_weighting_t){rule, value};
}

static int lay_weightings(llr_grid_t *grid)
{
    const llr_job_t *job = grid->job;
    grid->weighting =
        llr_alloc(job->exponents + job->ratios + LLR_RULE_COUNT, sizeof *grid->weighting);
    if (!grid->weighting) return -1;
    for (int64_t i = 0; i < job->exponents; i++)
        add_weighting(grid, LLR_RULE_EXPONENT, job->exponent[i]);
    for (int64_t i = 0; i < job->ratios; i++) add_weighting(grid, LLR_RULE_RATIO, job->ratio[i]);
    add_weighting(grid, LLR_RULE_UNIFORM, 0);
    add_weighting(grid, LLR_RULE_INVERSE_PRIOR, 0);
    for (llr_rule_t rule = LLR_RULE_INVERSE_PRIOR + 1; rule < LLR_RULE_COUNT; rule++)
        if (job->rules & 1u << rule) add_weighting(grid, rule, 0);
    return 0;
}

/* Subsamples, once a loss. */
static int64_t count_subsamples(const llr_job_t *job)
{
    int64_t sizes = 0, count;
    for (int64_t d = 0; d < job->datasets; d++) {
        llr_job_sizes(job, d, &count);
        sizes += count;
    }
    return sizes * job->losses * job->seeds;
}

/* Piece i of count things that are cut into pieces begins here. */
static int64_t cut_at(int64_t count, int64_t pieces, int64_t i)
{
    return count * i / pieces;
}

static int64_t piece_of(int64_t count, int64_t pieces, int64_t thing)
{
    return ((thing + 1) * pieces - 1) / count;
}

static int64_t pieces_of(int64_t count, int64_t most)
{
    return (count + most - 1) / most;
}

/* How many blocks, of at most unit_size cells. */
static void cut_blocks(llr_grid_t *grid)
{
    int64_t asked = grid->job->unit_size, lambdas = grid->job->lambdas;
    int64_t most = asked && asked < grid->places ? asked : grid->places;
    bool whole = most >= grid->weightings;
    grid->columns = whole ? pieces_of(lambdas, most / grid->weightings) : lambdas;
    grid->parts = whole ? 1 : pieces_of(grid->weightings, most);
    grid->blocks = grid->columns * grid->parts;
}

static void add_blocks(llr_grid_t *grid, llr_unit_t unit)
{
    int64_t lambdas = grid->job->lambdas;
    unit.base = grid->cells;
    for (int64_t b = 0; b < grid->blocks; b++) {
        int64_t column = b / grid->parts, part = b % grid->parts;
        unit.first_lambda = cut_at(lambdas, grid->columns, column);
        unit.lambdas = cut_at(lambdas, grid->columns, column + 1) - unit.first_lambda;
        unit.first_weighting = cut_at(grid->weightings, grid->parts, part);
        unit.weightings = cut_at(grid->weightings, grid->parts, part + 1) - unit.first_weighting;
        unit.cells = unit.weightings * unit.lambdas;
        grid->unit[grid->units++] = unit;
    }
    grid->cells += grid->places;
}

static void add_units(llr_grid_t *grid, int64_t dataset, llr_loss_t loss)
{
    int64_t sizes;
    const int64_t *size = llr_job_sizes(grid->job, dataset, &sizes);
    for (int64_t i = 0; i < sizes; i++)
        for (int64_t s = 0; s < grid->job->seeds; s++)
            add_blocks(grid, (llr_unit_t){.dataset = (int32_t)dataset,
                                          .loss = loss,
                                          .n = size[i],
                                          .seed = grid->job->seed_first + s});
}

static void add_number(double value, llr_text_t *out)
{
    char text[LLR_NUMBER_TEXT];
    llr_text_add_word(out, llr_number_text(value, text));
}

/* "/rule[=value]" */
static void add_rule(const llr_weighting_t *weighting, llr_text_t *out)
{
    llr_text_add_word(out, "/");
    llr_text_add_word(out, llr_rule_name(weighting->rule));
    if (weighting->rule != LLR_RULE_EXPONENT && weighting->rule != LLR_RULE_RATIO) return;
    llr_text_add_word(out, "=");
    add_number(weighting->value, out);
}

/* The text so far as a copy, after which it is empty. NULL: out of memory. */
static char *take_text(llr_text_t *text)
{
    char *copy = text->failed ? NULL : llr_copy_text(text->data);
    text->length = 0;
    return copy;
}

/* A table has every key many times over: their parts are made once. */
static int name_places(llr_grid_t *grid)
{
    llr_text_t text = {0};
    const llr_job_t *job = grid->job;
    grid->weighting_text = llr_alloc(grid->weightings, sizeof *grid->weighting_text);
    grid->lambda_text = llr_alloc(job->lambdas, sizeof *grid->lambda_text);
    bool whole = grid->weighting_text && grid->lambda_text;
    for (int64_t w = 0; whole && w < grid->weightings; w++) {
        add_rule(&grid->weighting[w], &text);
        whole = (grid->weighting_text[w] = take_text(&text)) != NULL;
    }
    for (int64_t l = 0; whole && l < job->lambdas; l++) {
        llr_text_add_word(&text, "/");
        add_number(job->lambda[l], &text);
        whole = (grid->lambda_text[l] = take_text(&text)) != NULL;
    }
    llr_text_destroy(&text);
    return whole ? 0 : -1;
}

void llr_grid_place_key(const llr_grid_t *grid, int64_t place, llr_text_t *out)
{
    llr_text_add_word(out, grid->weighting_text[place / grid->job->lambdas]);
    llr_text_add_word(out, grid->lambda_text[place % grid->job->lambdas]);
}

int llr_grid_create(llr_grid_t *grid, const llr_job_t *job)
{
    *grid = (llr_grid_t){.job = job};
    if (lay_weightings(grid)) return -1;
    grid->places = grid->weightings * job->lambdas;
    cut_blocks(grid);
    grid->unit = llr_alloc(count_subsamples(job) * grid->blocks, sizeof *grid->unit);
    if (!grid->unit || name_places(grid)) {
        llr_grid_destroy(grid);
        return -1;
    }
    for (int64_t d = 0; d < job->datasets; d++)
        for (int32_t l = 0; l < job->losses; l++) add_units(grid, d, job->loss[l]);
    return 0;
}

void llr_grid_destroy(llr_grid_t *grid)
{
    for (int64_t w = 0; grid->weighting_text && w < grid->weightings; w++)
        free(grid->weighting_text[w]);
    for (int64_t l = 0; grid->lambda_text && l < grid->job->lambdas; l++)
        free(grid->lambda_text[l]);
    free(grid->weighting_text);
    free(grid->lambda_text);
    free(grid->weighting);
    free(grid->unit);
    *grid = (llr_grid_t){0};
}

int64_t llr_grid_unit_of(const llr_grid_t *grid, int64_t cell)
{
    int64_t place = cell % grid->places, lambdas = grid->job->lambdas;
    int64_t column = piece_of(lambdas, grid->columns, place % lambdas);
    int64_t part = piece_of(grid->weightings, grid->parts, place / lambdas);
    return cell / grid->places * grid->blocks + column * grid->parts + part;
}

int64_t llr_unit_place(const llr_grid_t *grid, int64_t unit, int64_t row)
{
    const llr_unit_t *u = &grid->unit[unit];
    return (u->first_weighting + row / u->lambdas) * grid->job->lambdas + u->first_lambda +
           row % u->lambdas;
}

int64_t llr_unit_cell(const llr_grid_t *grid, int64_t unit, int64_t row)
{
    return grid->unit[unit].base + llr_unit_place(grid, unit, row);
}

int64_t llr_unit_row(const llr_grid_t *grid, int64_t unit, int64_t place)
{
    const llr_unit_t *u = &grid->unit[unit];
    return (place / grid->job->lambdas - u->first_weighting) * u->lambdas +
           place % grid->job->lambdas - u->first_lambda;
}

static int64_t place_of_loss(const llr_job_t *job, llr_loss_t loss)
{
    int32_t l = 0;
    while (l < job->losses && job->loss[l] != loss) l++;
    return l;
}

int64_t llr_grid_find_unit(const llr_grid_t *grid, int64_t dataset, llr_loss_t loss, int64_t n,
                           int64_t seed)
{
    const llr_job_t *job = grid->job;
    int64_t before = 0, sizes, at = 0, l = place_of_loss(job, loss), s = seed - job->seed_first;
    for (int64_t d = 0; d < dataset; d++) {
        llr_job_sizes(job, d, &sizes);
        before += sizes * job->losses;
    }
    const int64_t *size = llr_job_sizes(job, dataset, &sizes);
    while (at < sizes && size[at] != n) at++;
    if (at == sizes || l == job->losses || s < 0 || s >= job->seeds) return -1;
    return ((before + l * sizes + at) * job->seeds + s) * grid->blocks;
}

static void add_whole(int64_t value, llr_text_t *out)
{
    char text[LLR_NUMBER_TEXT];
    llr_text_add_bytes(out, text, llr_whole_text(value, text));
}

void llr_grid_subsample_key(const llr_grid_t *grid, int64_t unit, llr_text_t *out)
{
    const llr_unit_t *u = &grid->unit[unit];
    llr_text_add_word(out, grid->job->dataset[u->dataset].name);
    llr_text_add_word(out, "/");
    llr_text_add_word(out, llr_loss_name(u->loss));
    llr_text_add_word(out, "/");
    add_whole(u->n, out);
    llr_text_add_word(out, "/");
    add_whole(u->seed, out);
}

void llr_grid_cell_key(const llr_grid_t *grid, int64_t cell, llr_text_t *out)
{
    llr_grid_subsample_key(grid, llr_grid_unit_of(grid, cell), out);
    llr_grid_place_key(grid, cell % grid->places, out);
}

static int64_t find_subsample(const llr_grid_t *grid, const char *key, llr_text_t *text)
{
    for (int64_t u = 0; u < grid->units; u += grid->blocks) {
        text->length = 0;
        llr_grid_subsample_key(grid, u, text);
        if (text->failed) return -1;
        if (!strncmp(key, text->data, (size_t)text->length) && key[text->length] == '/') return u;
    }
    return -1;
}

int64_t llr_grid_find_cell(const llr_grid_t *grid, const char *key)
{
    llr_text_t text = {0};
    int64_t unit = find_subsample(grid, key, &text), found = -1;
    const char *wanted = unit < 0 ? "" : key + text.length;
    for (int64_t p = 0; unit >= 0 && found < 0 && p < grid->places; p++) {
        text.length = 0;
        llr_grid_place_key(grid, p, &text);
        if (!text.failed && !strcmp(wanted, text.data)) found = grid->unit[unit].base + p;
    }
    llr_text_destroy(&text);
    return found;
}
