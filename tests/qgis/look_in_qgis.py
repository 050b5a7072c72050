"""Run by QGIS's own Python, apart from the tests': opens a GeoPackage as the desktop does and tells what it found.

Arguments: the GeoPackage, a folder for pictures, and a JSON list of jobs ``{"layer", "years", "picture", "page"}``.
Prints one JSON object.
"""

import gc
import json
import sys

from qgis.core import (
    QgsApplication,
    QgsDateTimeRange,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QRectF, QSize, QTime
from qgis.PyQt.QtGui import QColor, QFont

SEA = "#e6eef2"


def year_range(year):
    """The temporal controller's frame of one year: from its first day up to the next year's."""
    start, end = QDateTime(QDate(year, 1, 1), QTime(0, 0)), QDateTime(QDate(year + 1, 1, 1), QTime(0, 0))
    return QgsDateTimeRange(start, end, True, False)


def rules_of(rule):
    """Label, filter and colour of every rule, top down."""
    found = []
    for child in rule.children():
        symbol = child.symbol()
        kinds = [symbol.symbolLayer(i).layerType() for i in range(symbol.symbolLayerCount())] if symbol else []
        color = symbol.symbolLayer(0).color().name() if symbol else ""
        found.append({"label": child.label(), "filter": child.filterExpression(), "color": color, "layers": kinds})
        found += rules_of(child)
    return found


def describe(layer):
    """What QGIS makes of a layer."""
    temporal = layer.temporalProperties()
    counts = {}
    if temporal.isActive():
        context = QgsVectorLayerTemporalContext()
        context.setLayer(layer)
        for year in sorted({feature["year"] for feature in layer.getFeatures()}):
            wanted = temporal.createFilterString(context, year_range(year))
            found = [feature["year"] for feature in layer.getFeatures(wanted)]
            counts[str(year)] = [len(found), sorted(set(found))]
    feature = next(layer.getFeatures(), None)
    tip = ""
    if feature:
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
        context.setFeature(feature)
        tip = QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)
    renderer = layer.renderer()
    filters = [rule["filter"] for rule in rules_of(renderer.rootRule())] if layer.isValid() else []
    return {
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "crs": layer.crs().authid(),
        "fields": {field.name(): [field.typeName(), field.alias()] for field in layer.fields()},
        "renderer": renderer.type(),
        "rules": rules_of(renderer.rootRule()) if renderer.type() == "RuleRenderer" else [],
        "bad_filters": [text for text in filters if QgsExpression(text).hasParserError()],
        "temporal": [temporal.isActive(), temporal.startField(), temporal.endField()],
        "frames": counts,
        "tip": tip,
        "title": layer.metadata().title(),
        "rights": layer.metadata().rights(),
        "licences": layer.metadata().licenses(),
    }


def render(layer, year, path, extent=None):
    """Draw one year of a layer to a PNG."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setBackgroundColor(QColor(SEA))
    settings.setOutputSize(QSize(900, 1000))
    settings.setOutputDpi(120)
    wide = extent or layer.extent()
    wide.scale(1.04)
    settings.setExtent(wide)
    settings.setDestinationCrs(layer.crs())
    if year:
        settings.setIsTemporal(True)
        settings.setTemporalRange(year_range(year))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(path)


def page(layer, year, path):
    """A page as a user would lay it out: title, map, legend, scale bar, source line."""
    project = QgsProject.instance()
    project.setCrs(layer.crs())
    project.addMapLayer(layer, False)
    QgsLegendRenderer.setNodeLegendStyle(project.layerTreeRoot().addLayer(layer), QgsLegendStyle.Hidden)
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(210, 240, QgsUnitTypes.LayoutMillimeters))

    def place(item, x, y, width, height):
        layout.addLayoutItem(item)
        item.attemptMove(QgsLayoutPoint(x, y, QgsUnitTypes.LayoutMillimeters))
        item.attemptResize(QgsLayoutSize(width, height, QgsUnitTypes.LayoutMillimeters))
        return item

    def label(text, size, box, bold=False):
        item = QgsLayoutItemLabel(layout)
        item.setText(text)
        font = QFont("Liberation Sans", size)
        font.setBold(bold)
        item.setFont(font)
        place(item, *box)

    title = layer.metadata().title() + (f", {year}" if year else "")
    label(title, 17, (12, 10, 190, 10), bold=True)
    picture = QgsLayoutItemMap(layout)
    picture.setRect(QRectF(0, 0, 20, 20))  # an item without a size cannot hold an extent
    picture.setExtent(layer.extent())
    picture.setLayers([layer])
    place(picture, 12, 24, 130, 196)
    extent = layer.extent()
    extent.scale(1.03)
    picture.zoomToExtent(extent)
    picture.setBackgroundColor(QColor(SEA))
    if year:
        picture.setIsTemporal(True)
        picture.setTemporalRange(year_range(year))
    legend = QgsLayoutItemLegend(layout)
    legend.setLinkedMap(picture)
    legend.setAutoUpdateModel(False)
    for part, size in ((QgsLegendStyle.Subgroup, 9), (QgsLegendStyle.SymbolLabel, 8)):
        style = legend.style(part)
        font = style.font()
        font.setPointSize(size)
        style.setFont(font)
        legend.setStyle(part, style)
    place(legend, 145, 26, 62, 120)
    scale = QgsLayoutItemScaleBar(layout)
    scale.setLinkedMap(picture)
    scale.setUnits(QgsUnitTypes.DistanceKilometers)
    scale.setUnitLabel("km")
    scale.setUnitsPerSegment(10)
    scale.setNumberOfSegments(2)
    scale.setNumberOfSegmentsLeft(0)
    scale.setHeight(2)
    place(scale, 146, 205, 50, 12)
    label("\n".join(layer.metadata().rights()), 7, (12, 223, 190, 15))
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 110
    QgsLayoutExporter(layout).exportToImage(path, settings)
    project.layerTreeRoot().clear()
    project.layoutManager().clear()
    project.takeMapLayer(layer)


def main():
    """Do the jobs."""
    package, folder, jobs = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    app = QgsApplication([], False)
    app.initQgis()
    messages = []
    QgsApplication.messageLog().messageReceived.connect(
        lambda text, tag, level: messages.append([tag, text, int(level)])
    )
    result = {}
    for job in jobs:
        name = job["layer"]
        layer = QgsVectorLayer(f"{package}|layername={name}", name, "ogr")
        layer.loadDefaultStyle()  # as the desktop does when a layer is added
        result[name] = describe(layer)
        for year in job.get("years", []):
            render(
                layer, year, f"{folder}/{name}_{year}.png", QgsRectangle(*job["extent"]) if "extent" in job else None
            )
        if job.get("page"):
            page(layer, job["page"] if job["page"] > 1 else 0, f"{folder}/{name}_page.png")
        del layer
        gc.collect()
    sys.stdout.write(json.dumps({"layers": result, "messages": messages}))
    sys.stdout.flush()
    app.exitQgis()


main()
