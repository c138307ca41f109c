#include "suite.h"
#include "table_world.h"

#include <errno.h>
#include <hdf5.h>

/* The columns that formats.md asks for, in its order. */
static const char *const main_names[] = {"key",
                                         "dataset",
                                         "loss",
                                         "n",
                                         "n_used",
                                         "d",
                                         "rank",
                                         "delta",
                                         "seed",
                                         "rule",
                                         "value",
                                         "gamma",
                                         "rho",
                                         "lambda",
                                         "w_min",
                                         "w_max",
                                         "status",
                                         "iterations",
                                         "objective",
                                         "gradient_norm",
                                         "certified_gap",
                                         "df",
                                         "validation_overall",
                                         "validation_balanced",
                                         "validation_worst_class",
                                         "validation_worst_group",
                                         "validation_class_gap",
                                         "validation_group_gap",
                                         "validation_tpr_gap",
                                         "validation_fpr_gap",
                                         "validation_count",
                                         "validation_worst_class_count",
                                         "validation_worst_group_count",
                                         "test_overall",
                                         "test_balanced",
                                         "test_worst_class",
                                         "test_worst_group",
                                         "test_class_gap",
                                         "test_group_gap",
                                         "test_tpr_gap",
                                         "test_fpr_gap",
                                         "test_count",
                                         "test_worst_class_count",
                                         "test_worst_group_count",
                                         "theory_balanced_error",
                                         "theory_worst_class_error",
                                         "theory_worst_group_error",
                                         "theory_df",
                                         "seconds",
                                         "begun",
                                         "ended",
                                         "rank_id",
                                         "host"};
static const char *const long_names[] = {"key",     "split",    "kind",   "index",       "count",
                                         "correct", "accuracy", "weight", "theory_error"};
enum {
    MAIN = sizeof main_names / sizeof *main_names,
    LONG = sizeof long_names / sizeof *long_names
};

typedef struct csv {
    char *text, **cell;
    int64_t rows, columns;
} csv_t;

static csv_t parse_csv(char *text, int64_t columns)
{
    csv_t csv = {.text = text, .columns = columns};
    int64_t room = 0, count = 0;
    char *out = text;
    for (char *in = text; *in; count++) {
        llr_grow((void **)&csv.cell, count, &room, sizeof *csv.cell);
        csv.cell[count] = out;
        bool quoted = *in == '"';
        in += quoted;
        while (quoted ? !(in[0] == '"' && in[1] != '"') : *in != ',' && *in != '\n') {
            in += in[0] == '"';
            *out++ = *in++;
        }
        in += quoted;
        bool line_ends = *in++ == '\n';
        *out++ = '\0';
        CU_ASSERT_EQUAL_FATAL(line_ends, (count + 1) % columns == 0);
    }
    csv.rows = count / columns - 1;
    return csv;
}

static csv_t load_csv(const char *folder, const char *name, int64_t columns)
{
    int64_t bytes;
    return parse_csv(load(folder, name, &bytes), columns);
}

static void free_csv(csv_t *csv)
{
    free(csv->text);
    free(csv->cell);
}

static const char *cell(const csv_t *csv, int64_t row, const char *column)
{
    for (int64_t c = 0; c < csv->columns; c++)
        if (!strcmp(csv->cell[c], column)) return csv->cell[(row + 1) * csv->columns + c];
    CU_FAIL("no such column");
    return "";
}

/* Equal to the last bit, or both not there. */
static bool is_number(const char *text, double value)
{
    double read;
    if (isnan(value)) return !*text;
    return llr_text_to_double(text, &read) && memcmp(&read, &value, sizeof value) == 0;
}

#define CHECK_NUMBER(name, value) CU_ASSERT_TRUE(is_number(cell(csv, line, name), value))
#define CHECK_TEXT(name, value)   CU_ASSERT_STRING_EQUAL(cell(csv, line, name), value)

static void check_accuracies(const csv_t *csv, int64_t line, const char *split,
                             const llr_summary_t *summary)
{
    const struct {
        const char *name;
        double value;
    } wanted[] = {{"overall", summary->overall},
                  {"balanced", summary->balanced},
                  {"worst_class", summary->worst_class},
                  {"worst_group", summary->worst_group},
                  {"class_gap", summary->class_gap},
                  {"group_gap", summary->group_gap},
                  {"tpr_gap", summary->tpr_gap},
                  {"fpr_gap", summary->fpr_gap},
                  {"count", (double)summary->count},
                  {"worst_class_count", (double)summary->worst_class_count},
                  {"worst_group_count", (double)summary->worst_group_count}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", split, wanted[i].name);
        CHECK_NUMBER(name, wanted[i].value);
    }
}

/* Mean and largest of predicted errors, written out. */
static void check_theory(const csv_t *csv, int64_t line, const llr_row_t *row, llr_shape_t shape)
{
    double mean = 0, worst = NAN, worst_group = NAN;
    for (int32_t c = 0; c < shape.classes; c++) {
        mean += row->theory_error[c] / shape.classes;
        if (!(row->theory_error[c] <= worst)) worst = row->theory_error[c];
    }
    for (int32_t g = 0; g < shape.groups; g++)
        if (!(row->theory_error[shape.classes + g] <= worst_group))
            worst_group = row->theory_error[shape.classes + g];
    double read = NAN;
    bool there = llr_text_to_double(cell(csv, line, "theory_balanced_error"), &read);
    CU_ASSERT_EQUAL(there, !isnan(mean));
    if (there) CU_ASSERT_DOUBLE_EQUAL(read, mean, 1e-15);
    CHECK_NUMBER("theory_worst_class_error", worst);
    CHECK_NUMBER("theory_worst_group_error", worst_group);
    CHECK_NUMBER("theory_df", row->theory_df);
}

static void check_line(const world_t *world, const csv_t *csv, int64_t line, int64_t unit,
                       int64_t index)
{
    const llr_unit_t *about = &world->grid.unit[unit];
    const llr_facts_t *facts = &world->facts[about->dataset];
    const llr_row_t *row = &world->block[unit].row[index];
    int64_t place = llr_unit_place(&world->grid, unit, index);
    const llr_weighting_t *weighting = &world->grid.weighting[place / world->job.lambdas];
    llr_text_t key = {0};
    llr_grid_cell_key(&world->grid, llr_unit_cell(&world->grid, unit, index), &key);
    CHECK_TEXT("key", key.data);
    llr_text_destroy(&key);
    CHECK_TEXT("dataset", world->dataset[about->dataset].name);
    CHECK_TEXT("loss", about->loss ? "logistic" : "square");
    CHECK_TEXT("rule", llr_rule_name(weighting->rule));
    CHECK_TEXT("status", llr_fit_status_name(row->fit.status));
    CHECK_TEXT("host", world->block[unit].host);
    double least = INFINITY, largest = -INFINITY; /* the comparisons pass over NaN */
    for (int32_t k = 0; k < facts->shape.kinds; k++) {
        if (row->weight[k] < least) least = row->weight[k];
        if (row->weight[k] > largest) largest = row->weight[k];
    }
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"n", 40},
        {"n_used", (double)row->n_used},
        {"d", (double)facts->dim},
        {"rank", 7},
        {"delta", (double)facts->dim / 40},
        {"seed", (double)about->seed},
        {"value", weighting->rule == LLR_RULE_EXPONENT ? weighting->value : NAN},
        {"gamma", row->gamma},
        {"rho", row->rho},
        {"lambda", world->lambda[place % world->job.lambdas]},
        {"w_min", least},
        {"w_max", largest},
        {"iterations", (double)row->fit.iterations},
        {"objective", row->fit.objective},
        {"gradient_norm", row->fit.gradient_norm},
        {"certified_gap", row->fit.certified_gap},
        {"df", row->fit.df},
        {"seconds", row->seconds},
        {"begun", world->block[unit].begun},
        {"ended", world->block[unit].ended},
        {"rank_id", (double)row->rank_id},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        CHECK_NUMBER(numbers[i].name, numbers[i].value);
    llr_summary_t validation = llr_row_summary(row, facts, LLR_SPLIT_VALIDATION);
    llr_summary_t test = llr_row_summary(row, facts, LLR_SPLIT_TEST);
    check_accuracies(csv, line, "validation", &validation);
    check_accuracies(csv, line, "test", &test);
    check_theory(csv, line, row, facts->shape);
}

/* The long lines of one row; the number of them. */
static int64_t check_long_lines(const world_t *world, const csv_t *csv, int64_t line, int64_t unit,
                                int64_t place)
{
    const llr_facts_t *facts = &world->facts[world->grid.unit[unit].dataset];
    const llr_row_t *row = &world->block[unit].row[place];
    int32_t lines = facts->shape.classes + facts->shape.groups;
    int64_t slots = llr_shape_slots(facts->shape);
    llr_text_t key = {0};
    llr_grid_cell_key(&world->grid, llr_unit_cell(&world->grid, unit, place), &key);
    for (int split = 0; split < LLR_SPLITS; split++)
        for (int32_t s = 0; s < lines; s++, line++) {
            bool class = s < facts->shape.classes;
            int64_t count = facts->eval_count[split * slots + s];
            double rate = row->rate[split * slots + s];
            CHECK_TEXT("key", key.data);
            CHECK_TEXT("split", split ? "test" : "validation");
            CHECK_TEXT("kind", class ? "class" : "group");
            CHECK_NUMBER("index", class ? s : s - facts->shape.classes);
            CHECK_NUMBER("count", (double)count);
            CHECK_NUMBER("accuracy", rate);
            CHECK_NUMBER("theory_error", row->theory_error[s]);
            bool by_class = world->job.weights_by == LLR_BY_CLASS;
            int32_t kind = by_class ? s : s - facts->shape.classes;
            CHECK_NUMBER("weight", class == by_class ? row->weight[kind] : NAN);
            /* fill_block made the rates of r % 31 right rows */
            CHECK_NUMBER("correct", count ? (double)(place % 31) : NAN);
        }
    llr_text_destroy(&key);
    return 2 * lines;
}

static void check_csv(const world_t *world, const char *folder)
{
    csv_t main_csv = load_csv(folder, "results.csv", MAIN);
    csv_t long_csv = load_csv(folder, "long.csv", LONG);
    for (int c = 0; c < MAIN; c++) CU_ASSERT_STRING_EQUAL(main_csv.cell[c], main_names[c]);
    for (int c = 0; c < LONG; c++) CU_ASSERT_STRING_EQUAL(long_csv.cell[c], long_names[c]);
    int64_t lines = 0, long_lines = 0;
    for (int64_t c = 0; c < world->grid.cells; c++) {
        int64_t u = llr_grid_unit_of(&world->grid, c);
        int64_t r = llr_unit_row(&world->grid, u, c % world->grid.places);
        if (!world->block[u].rows) continue;
        check_line(world, &main_csv, lines++, u, r);
        long_lines += check_long_lines(world, &long_csv, long_lines, u, r);
    }
    CU_ASSERT_EQUAL(main_csv.rows, lines);
    CU_ASSERT_EQUAL(long_csv.rows, long_lines);
    CU_ASSERT_EQUAL(lines, world->grid.cells - world->grid.unit[3].cells);
    free_csv(&main_csv);
    free_csv(&long_csv);
}

/* A scalar string attribute; owned by the caller, NULL when it is not there. */
static char *attribute(hid_t object, const char *name)
{
    if (H5Aexists(object, name) <= 0) return NULL;
    hid_t attr = H5Aopen(object, name, H5P_DEFAULT), type = H5Aget_type(attr);
    CU_ASSERT_EQUAL(H5Tget_cset(type), H5T_CSET_UTF8);
    char *text = calloc(1, H5Tget_size(type) + 1);
    CU_ASSERT_TRUE(H5Aread(attr, type, text) >= 0);
    H5Tclose(type);
    H5Aclose(attr);
    return text;
}

static void check_column(hid_t group, const csv_t *csv, const char *name)
{
    hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    hid_t type = H5Dget_type(dataset);
    char *unit = attribute(dataset, "unit"), *meaning = attribute(dataset, "meaning");
    CU_ASSERT_TRUE(unit && meaning && *meaning);
    CU_ASSERT_EQUAL(H5Sget_simple_extent_ndims(space), 1);
    CU_ASSERT_EQUAL_FATAL(H5Sget_simple_extent_npoints(space), csv->rows);
    size_t width = H5Tget_size(type);
    char *data = calloc((size_t)csv->rows + 1, width);
    CU_ASSERT_TRUE(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    int64_t wrong = 0;
    for (int64_t i = 0; i < csv->rows; i++) {
        const char *text = cell(csv, i, name), *at = data + (size_t)i * width;
        int64_t count;
        double real;
        if (H5Tget_class(type) == H5T_STRING) {
            wrong += strlen(text) > width || strncmp(text, at, width) != 0;
        } else if (H5Tget_class(type) == H5T_INTEGER) {
            memcpy(&count, at, sizeof count);
            wrong += !is_number(text, (double)count);
        } else {
            memcpy(&real, at, sizeof real);
            wrong += !is_number(text, real);
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    free(data), free(unit), free(meaning);
    H5Tclose(type), H5Sclose(space), H5Dclose(dataset);
}

/* The long table of HDF5 has the row of the cell where the CSV has its key. */
static void check_cells(hid_t group, const csv_t *csv, const csv_t *keys)
{
    int64_t *at = calloc((size_t)csv->rows + 1, sizeof *at), wrong = 0;
    hid_t dataset = H5Dopen2(group, "cell", H5P_DEFAULT);
    CU_ASSERT_TRUE(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, at) >= 0);
    for (int64_t i = 0; i < csv->rows; i++)
        wrong += at[i] < 0 || at[i] >= keys->rows ||
                 strcmp(cell(csv, i, "key"), cell(keys, at[i], "key")) != 0;
    CU_ASSERT_EQUAL(wrong, 0);
    free(at), H5Dclose(dataset);
}

/* The CSV is checked against the blocks, HDF5 against the CSV. */
static void check_h5(const char *folder)
{
    char path[2 * PATH];
    snprintf(path, sizeof path, "%s/results.h5", folder);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    CU_ASSERT_TRUE_FATAL(file >= 0);
    hid_t table = H5Gopen2(file, "table", H5P_DEFAULT), tall = H5Gopen2(file, "long", H5P_DEFAULT);
    H5G_info_t info;
    csv_t csv = load_csv(folder, "results.csv", MAIN);
    for (int c = 0; c < MAIN; c++) check_column(table, &csv, main_names[c]);
    CU_ASSERT_TRUE(H5Gget_info(table, &info) >= 0 && info.nlinks == MAIN);
    csv_t keys = csv;
    csv = load_csv(folder, "long.csv", LONG);
    for (int c = 1; c < LONG; c++) check_column(tall, &csv, long_names[c]);
    check_cells(tall, &csv, &keys);
    CU_ASSERT_TRUE(H5Gget_info(tall, &info) >= 0 && info.nlinks == LONG);
    free_csv(&csv), free_csv(&keys);
    H5Gclose(table), H5Gclose(tall), H5Fclose(file);
}

static void write_and_check(int64_t exponents, int64_t lambdas, llr_by_t by, int64_t unit_size)
{
    world_t world;
    llr_error_t error = {0};
    char folder[PATH];
    create_world_of(&world, exponents, lambdas, by, unit_size);
    scratch_folder(folder);
    CU_ASSERT_EQUAL_FATAL(llr_table_write(&world.table, &no_provenance, folder, NULL, &error),
                          LLR_OK);
    check_csv(&world, folder);
    check_h5(folder);
    CU_ASSERT_EQUAL(remove_folder(folder), 4);
    destroy_world(&world);
}

static void files_hold_what_the_blocks_hold(void)
{
    write_and_check(3, 4, LLR_BY_CLASS, 0);
}

static void weights_of_groups_stand_at_the_groups(void)
{
    write_and_check(3, 4, LLR_BY_GROUP, 0);
}

/* Blocks of some lambdas, or of some weightings at one, and one that is not done. */
static void blocks_are_rows_like_others(void)
{
    write_and_check(3, 4, LLR_BY_CLASS, 7);
    write_and_check(2, 3, LLR_BY_GROUP, 1);
}

/* More rows than are written at once. */
static void long_tables_are_written_in_slices(void)
{
    write_and_check(MANY, MANY / 2, LLR_BY_CLASS, 0);
}

static void a_table_without_rows_has_its_columns(void)
{
    world_t world;
    char folder[PATH];
    llr_error_t error = {0};
    create_world(&world, 2, 2);
    for (int64_t u = 0; u < world.grid.units; u++) llr_block_destroy(&world.block[u]);
    scratch_folder(folder);
    CU_ASSERT_EQUAL_FATAL(llr_table_write(&world.table, &no_provenance, folder, NULL, &error),
                          LLR_OK);
    csv_t csv = load_csv(folder, "results.csv", MAIN);
    CU_ASSERT_EQUAL(csv.rows, 0);
    free_csv(&csv);
    check_h5(folder);
    remove_folder(folder);
    destroy_world(&world);
}

/* The digest is the hash of both CSV files without their timing and placement columns. */
static llr_hash_t digest_of_files(const char *folder)
{
    int64_t bytes;
    llr_text_t kept = {0};
    char *text = load(folder, "results.csv", &bytes);
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n'), *cut = end;
        for (int commas = 0; commas < 5;) commas += *--cut == ',';
        llr_text_add_bytes(&kept, line, cut - line);
        llr_text_add(&kept, "\n");
        line = end + 1;
    }
    free(text);
    text = load(folder, "long.csv", &bytes);
    llr_text_add_bytes(&kept, text, bytes);
    llr_hash_t hash = llr_hash_bytes(kept.data, kept.length);
    free(text);
    llr_text_destroy(&kept);
    return hash;
}

static void provenance_is_kept_everywhere(void)
{
    enum { LARGE = 100000 };
    world_t world;
    char folder[PATH], *large = calloc(1, LARGE + 1), path[2 * PATH], digest_text[LLR_HASH_TEXT];
    memset(large, 'x', LARGE);
    const char *keys[] = {"version", "digest", "job", "git describe"};
    const char *values[] = {"1 \"beta\"\\", "stale", large, "two\nlines\t\xc3\xa9"};
    llr_provenance_t provenance = {keys, values, 4};
    llr_error_t error = {0};
    llr_hash_t digest;
    create_world(&world, 2, 2);
    scratch_folder(folder);
    CU_ASSERT_EQUAL_FATAL(llr_table_write(&world.table, &provenance, folder, NULL, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_table_digest(&world.table, &digest, &error), LLR_OK);
    CU_ASSERT_TRUE(llr_hash_equal(digest, digest_of_files(folder)));
    llr_hash_text(digest, digest_text);
    llr_text_t wanted = {0};
    llr_text_add(&wanted, "version: \"1 \\\"beta\\\"\\\\\"\njob: \"%s\"\n", large);
    llr_text_add(&wanted, "\"git describe\": \"two\\nlines\\x09\xc3\xa9\"\ndigest: \"%s\"\n",
                 digest_text);
    int64_t bytes;
    char *yaml = load(folder, "provenance.yaml", &bytes);
    CU_ASSERT_STRING_EQUAL(yaml, wanted.data);
    snprintf(path, sizeof path, "%s/results.h5", folder);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    for (int i = 0; i < 4; i++) {
        char *text = attribute(file, keys[i]);
        CU_ASSERT_STRING_EQUAL(text, i == 1 ? digest_text : values[i]);
        free(text);
    }
    H5Fclose(file);
    free(yaml), free(large);
    llr_text_destroy(&wanted);
    remove_folder(folder);
    destroy_world(&world);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"files hold what the blocks hold", files_hold_what_the_blocks_hold},
        {"weights of groups stand at the groups", weights_of_groups_stand_at_the_groups},
        {"blocks are rows like others", blocks_are_rows_like_others},
        {"long tables are written in slices", long_tables_are_written_in_slices},
        {"a table without rows has its columns", a_table_without_rows_has_its_columns},
        {"provenance is kept everywhere", provenance_is_kept_everywhere},
    };
    return LLR_RUN_SUITE("table", tests);
}
